
      import { initTracing, withSpan } from '@holdfast/tracing';
      const tracing = initTracing({ exporter: 'console' });
      console.log(withSpan('work', (span) => span.isRecording()), tracing.mode);
      await tracing.flush();
      await tracing.shutdown();
      