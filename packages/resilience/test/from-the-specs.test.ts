import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import {
  CircuitBreaker,
  type CircuitState,
  circuitBreakerRegistry,
  createCircuitBreaker,
  createResilientFunction,
  PAYMENT_API_CONFIG,
  retryWithBackoff,
} from '../src/index.ts';
import { watch } from './deferred.ts';

// The usage examples of the requirement documents, as written there, with what they left open filled in.

describe('document 000', () => {
  it('protects the payment API with a preset, a fallback and an alert', async () => {
    const clock = new ManualClock();
    const alerts: string[] = [];
    const alertOps = (text: string) => alerts.push(text);
    let up = true;
    const paddleClient = {
      post: async (endpoint: string, data: { id: string }) => {
        if (!up) throw new Error('503');
        return { endpoint, id: data.id };
      },
    };

    const paddleCircuit = createCircuitBreaker(
      async (endpoint: string, data: { id: string }) => paddleClient.post(endpoint, data),
      {
        ...PAYMENT_API_CONFIG,
        clock,
        name: 'paddle-api',
        fallback: async () => ({ cached: true }),
        onEvent: (event) => {
          if (event === 'open') alertOps('Paddle API circuit opened!');
        },
      },
    );
    const result = await paddleCircuit.fire('/subscriptions', { id: '123' });

    expect(result).toEqual({ endpoint: '/subscriptions', id: '123' });
    up = false;
    for (let call = 0; call < 5; call += 1) {
      expect(await paddleCircuit.fire('/subscriptions', { id: '123' })).toEqual({ cached: true });
    }
    expect(alerts).toEqual(['Paddle API circuit opened!']);
    expect(paddleCircuit.getPrometheusState()).toBe(1);
    expect(paddleCircuit.getMetrics()).toMatchObject({ name: 'paddle-api', state: 'OPEN', fallbacks: 5 });
  });

  it('gives the state of a circuit to a gauge', () => {
    const set: unknown[] = [];
    const gauge = { set: (labels: object, value: number) => set.push([labels, value]) };
    const paddleCircuit = createCircuitBreaker(async () => 1, { name: 'paddle-api' });

    gauge.set({ circuit_name: 'paddle-api' }, paddleCircuit.getPrometheusState());

    expect(set).toEqual([[{ circuit_name: 'paddle-api' }, 0]]);
  });
});

describe('document 002', () => {
  it('protects an email service, and queues what could not be sent', async () => {
    const clock = new ManualClock();
    const warnings: unknown[] = [];
    const logger = {
      warn: (text: string, fields: object) => warnings.push([text, fields]),
      error: (text: string, fields: object) => warnings.push([text, fields]),
    };
    interface EmailOptions {
      to: string;
    }
    class EmailService {
      readonly queued: EmailOptions[] = [];
      private circuitBreaker: CircuitBreaker;
      private transporter = {
        sendMail: async (_options: EmailOptions): Promise<void> => {
          throw new Error('SMTP is down');
        },
      };

      constructor() {
        this.circuitBreaker = new CircuitBreaker({
          name: 'email-service',
          failureThreshold: 5,
          successThreshold: 2,
          timeout: 60000,
          windowSize: 60000,
          volumeThreshold: 10,
          clock,
          random: () => 0,
        });

        this.circuitBreaker.on('stateChange', (state: CircuitState) => {
          logger.warn('Email service circuit breaker state changed', { state });
        });
      }

      async sendEmail(options: EmailOptions): Promise<void> {
        try {
          await this.circuitBreaker.execute(async () => {
            return await this.transporter.sendMail(options);
          });
        } catch (error) {
          logger.error('Failed to send email', {
            error: (error as Error).message,
            circuitState: this.circuitBreaker.getStats().state,
          });
          await this.queueEmailForRetry(options);
          throw error;
        }
      }

      private async queueEmailForRetry(options: EmailOptions): Promise<void> {
        this.queued.push(options);
      }
    }

    const service = new EmailService();
    for (let email = 0; email < 11; email += 1) {
      await expect(service.sendEmail({ to: `${email}@example.com` })).rejects.toThrow();
    }
    expect(service.queued).toHaveLength(11);
    expect(warnings).toContainEqual(['Email service circuit breaker state changed', { state: 'OPEN' }]);
    expect(warnings.at(-1)).toEqual([
      'Failed to send email',
      {
        error:
          'The circuit "email-service" is open and the call was not made. Try again in 30000 ms, or answer from a fallback.',
        circuitState: 'OPEN',
      },
    ]);
  });

  it('is rolled out in monitoring-only mode, then enforced, and switched off by a flag', async () => {
    const breaker = circuitBreakerRegistry.register(
      'document-002',
      async () => Promise.reject(new Error('down')),
      {
        failureThreshold: 1,
      },
    );
    circuitBreakerRegistry.setMode('monitor');
    await expect(breaker.execute()).rejects.toThrow('down');
    await expect(breaker.execute()).rejects.toThrow('down');
    circuitBreakerRegistry.setMode('enforce');
    await expect(breaker.execute()).rejects.toThrow('is open');
    circuitBreakerRegistry.setMode('disabled');
    await expect(breaker.execute()).rejects.toThrow('down');
    circuitBreakerRegistry.unregister('document-002');
  });
});

describe('document 003', () => {
  it('fails fast with a CircuitOpenError', async () => {
    const changes: string[] = [];
    const clock = new ManualClock();
    const paymentGateway = { charge: async (_amount: number) => Promise.reject(new Error('declined line')) };
    const amount = 10;
    const breaker = new CircuitBreaker({
      name: 'payment-gateway',
      failureThreshold: 5,
      successThreshold: 3,
      resetTimeout: 30000,
      clock,
      onStateChange: (from, to) => {
        changes.push(`Circuit ${from} -> ${to}`);
      },
    });

    let fastFailures = 0;
    for (let call = 0; call < 7; call += 1) {
      try {
        await breaker.execute(() => paymentGateway.charge(amount));
      } catch (error) {
        if ((error as Error).name === 'CircuitOpenError') fastFailures += 1;
      }
    }
    expect(fastFailures).toBe(2);
    expect(changes).toEqual(['Circuit CLOSED -> OPEN']);
  });

  it('retries with backoff', async () => {
    const clock = new ManualClock();
    const warnings: string[] = [];
    let calls = 0;
    const externalService = {
      call: async () => {
        calls += 1;
        if (calls < 3) throw new Error('down');
        return 'fine';
      },
    };

    const call = watch(
      retryWithBackoff(() => externalService.call(), {
        maxAttempts: 3,
        initialDelayMs: 100,
        backoffMultiplier: 2,
        jitter: true,
        random: () => 0.5,
        clock,
        onRetry: (_error, attempt, delayMs) => {
          warnings.push(`Retry ${attempt}, waiting ${delayMs}ms`);
        },
      }),
    );
    await clock.advance(1000);
    expect(call.value).toBe('fine');
    expect(warnings).toEqual(['Retry 1, waiting 50ms', 'Retry 2, waiting 100ms']);
  });

  it('combines circuit breaker, retry, bulkhead and timeout', async () => {
    interface RequestData {
      destination: string;
    }
    const externalService = { submit: async (data: RequestData) => `submitted ${data.destination}` };
    const resilientCall = createResilientFunction((data: RequestData) => externalService.submit(data), {
      circuitBreaker: { name: 'external-service', failureThreshold: 5 },
      retry: { maxAttempts: 3, initialDelayMs: 100 },
      bulkhead: { name: 'external-service', maxConcurrent: 10 },
      timeoutMs: 5000,
    });
    const result = await resilientCall.execute({ destination: 'Paris' });
    const stats = resilientCall.getStats();

    expect(result).toBe('submitted Paris');
    expect(stats).toMatchObject({
      name: 'external-service',
      circuitBreaker: { state: 'CLOSED', successCount: 1 },
      retry: { calls: 1, retries: 0 },
      bulkhead: { name: 'external-service', active: 0, maxConcurrent: 10 },
    });
  });
});

describe('document 004', () => {
  const myAsyncFunction = async (a: number, b: number) => a + b;
  const options = {
    failureThreshold: 5,
    resetTimeout: 60000,
    timeout: 10000,
    // 0.5 in the document: settled as a percentage, and a ratio is refused.
    errorThresholdPercentage: 50,
    rollingWindow: 10000,
    name: 'external-api',
  };

  it('executes a function, with and without a fallback, and gives its statistics', async () => {
    const breaker = new CircuitBreaker(myAsyncFunction, options);
    expect(await breaker.execute(1, 2)).toBe(3);
    const result = await breaker.executeWithFallback(async () => ({ fallback: true }), 1, 2);
    expect(result).toBe(3);
    breaker.open();
    expect(await breaker.executeWithFallback(async () => ({ fallback: true }), 1, 2)).toEqual({
      fallback: true,
    });
    expect(breaker.getStats()).toMatchObject({
      state: 'OPEN',
      failureCount: 0,
      successCount: 2,
      errorRate: 0,
      recentRequests: 2,
    });
  });

  it('says what is meant where a ratio is given', () => {
    expect(() => new CircuitBreaker(myAsyncFunction, { ...options, errorThresholdPercentage: 0.7 })).toThrow(
      'errorThresholdPercentage is 0.7; it must be a percentage above 1 and up to 100, not a ratio: write 70 for 70 %.',
    );
  });

  it('registers circuit breakers for common services', async () => {
    const dockerApiFunction = async () => 'containers';
    const httpRequestFunction = async () => Promise.reject(new Error('down'));
    circuitBreakerRegistry.register('docker-api', dockerApiFunction, { failureThreshold: 3, timeout: 5000 });
    circuitBreakerRegistry.register('external-http', httpRequestFunction, {
      failureThreshold: 5,
      timeout: 10000,
    });
    for (let call = 0; call < 5; call += 1) {
      await circuitBreakerRegistry
        .get('external-http')
        ?.execute()
        .catch(() => undefined);
    }
    const allStats = circuitBreakerRegistry.getAllStats();

    expect(allStats).toMatchObject({ 'docker-api': { state: 'CLOSED' }, 'external-http': { state: 'OPEN' } });
  });
});
