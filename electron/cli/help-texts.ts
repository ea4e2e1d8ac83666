export const exitCodesHelp = `
Exit codes:
  0    done
  1    internal error
  2    bad usage or bad input
  3    no trial completed
  4    done, but no configuration meets the constraints
  130  interrupted; what was finished is kept

Each command has its own help: batchscope run --help`

export const runExamples = `
Examples:
  batchscope run model.onnx
      searches for the best batch size on the CPU
  batchscope run model.onnx --batch pow2:1:64 --threads 1,4
      measures seven batch sizes with one and with four threads
  batchscope run model.onnx --ep cuda --slo 'p99<=20ms'
      finds the largest throughput that answers within 20 ms
  batchscope run model.onnx --dim x:2=48 --dim x:3=192 --memory-budget 2GiB --json results.json
      fixes two open dimensions, limits memory, writes the results

Standard output carries the answer, standard error the progress. With --json - standard output is
exactly one JSON document. Exit codes: 0 done, 2 bad input, 3 no trial completed, 4 no configuration
meets the constraints, 130 interrupted.`

export const reportExamples = `
Examples:
  batchscope report study.batchscope
  batchscope report study.batchscope --experiment "batch auto on cpu" --pdf report.pdf
  batchscope report study.batchscope --csv - | column -s, -t`
