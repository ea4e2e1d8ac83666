export const exitCodesHelp = `
Exit codes:
  0    done
  1    internal error
  2    bad usage or bad input
  3    no trial completed, or nothing could be compared
  4    done, but no configuration meets the constraints; for verify, a check failed
  5    done, and the comparison shows what --fail-on names
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
  batchscope run model.onnx --batch auto:64 --time-budget 60s
      gives the best answer that a minute of measuring can, no further than 64
  batchscope run model.onnx --memory-budget 1GiB --boundary-granularity 1
      measures exactly which batch size is the largest that fits
  batchscope run model.onnx --dim x:2=48 --dim x:3=192 --memory-budget 2GiB --json results.json
      fixes two open dimensions, limits memory, writes the results
  batchscope run model.onnx --input image=pictures.npy
      feeds it your own values, repeated until a batch is full

Standard output carries the answer, standard error the progress. With --json - standard output is
exactly one JSON document. Exit codes: 0 done, 2 bad input, 3 no trial completed, 4 no configuration
meets the constraints, 130 interrupted.`

export const convertExamples = `
Examples:
  batchscope convert model.onnx --to dynamic --out model-dynamic.onnx
      sets a batch free that was fixed, where that can be shown to be right
  batchscope convert model.onnx --to dynamic --out model-dynamic.onnx --batch-axis state=1
  batchscope convert model.onnx --to fp16 --out model-fp16.onnx
      half precision; inputs and outputs keep their types

Exit codes: 0 done, 2 bad input, or a model that cannot be converted; the message names what stands in the way.`

export const reportExamples = `
Examples:
  batchscope report study.batchscope
  batchscope report study.batchscope --experiment "batch auto on cpu" --pdf report.pdf
  batchscope report study.batchscope --csv - | column -s, -t`

export const compareExamples = `
Examples:
  batchscope compare before.batchscope after.batchscope
  batchscope compare main.json branch.json --threshold 5% --fail-on slower
      for a pipeline: exit code 5 when branch.json is slower
  batchscope compare study.batchscope study.batchscope --before "ORT 1.28" --after "ORT 1.29"
      two experiments of one project

Exit codes: 0 done, 2 bad input, 3 nothing could be compared, 5 --fail-on is met, overall or for any
configuration.`
