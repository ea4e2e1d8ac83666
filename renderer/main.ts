import './styles/fonts.ts'
import './styles/base.css'
import { startWorkbench } from './app/start-workbench.ts'
import { connectWorkbench } from './client/workbench-client.ts'
import { provideClient } from './stores/connection.ts'

void startWorkbench(connectWorkbench().then(provideClient))
