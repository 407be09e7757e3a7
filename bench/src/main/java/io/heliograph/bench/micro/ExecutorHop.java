package io.heliograph.bench.micro;

import io.heliograph.Dispatch;
import io.heliograph.endpoint.SerialExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Transfer of tasks from the event loop to listener threads: one task and back, and a burst of a thousand; time per
 * task.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ExecutorHop {

    private static final int BURST = 1000;

    private final SerialExecutor direct = new SerialExecutor(Dispatch.direct(), new StubLoop());
    private final SerialExecutor virtual = new SerialExecutor(Dispatch.virtual(), new StubLoop());
    private volatile long done;

    @Benchmark
    public void direct() {
        direct.execute(new Count());
    }

    @Benchmark
    public void virtual() {
        long before = done;
        virtual.execute(new Count());
        await(before + 1);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void virtualBurst() {
        long before = done;
        for (int i = 0; i < BURST; i++) {
            virtual.execute(new Count());
        }
        await(before + BURST);
    }

    private void await(long count) {
        while (done < count) {
            Thread.onSpinWait();
        }
    }

    private final class Count extends SerialExecutor.Task {
        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // the executor runs one task at a time
        protected void run() {
            done++;
        }
    }
}
