import { createApp } from 'vue'
import '../../../renderer/styles/base.css'
import BenchPage from './BenchPage.vue'

createApp(BenchPage).mount('#app')
