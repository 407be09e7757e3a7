package io.heliograph.bench.micro;

import io.heliograph.Overflow;
import io.heliograph.endpoint.OutboundQueue;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Outbound queue: enqueuing frames and copying them to a write buffer; time per frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Queueing {

    private static final int BURST = 100;

    private final OutboundQueue queue = new OutboundQueue(Framing.delimiter(0, 0), 16 << 20, Overflow.CLOSE);
    private final Frame frame = Frame.utf8("x".repeat(116));
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    @Benchmark
    public long one() {
        queue.offer(frame);
        return drain();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public long burst() {
        for (int i = 0; i < BURST; i++) {
            queue.offer(frame);
        }
        return drain();
    }

    private long drain() {
        long written = 0;
        boolean more;
        do {
            buffer.clear();
            more = queue.copyTo(buffer);
            queue.written(buffer.position());
            written += buffer.position();
        } while (more);
        return written;
    }
}
