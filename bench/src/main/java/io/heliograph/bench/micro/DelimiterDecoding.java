package io.heliograph.bench.micro;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Decoding of a delimited stream with a hundred frames per chunk; time per frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DelimiterDecoding {

    private static final int FRAMES = 100;
    private static final Framing DELIMITER = Framing.delimiter(0, 0);

    @Param({"118", "4096"})
    int frameBytes;

    private Frame chunk = Frame.empty();
    private FrameDecoder decoder = DELIMITER.decoder(1 << 20);

    @Setup
    public void fill() {
        Frame frame = Frame.utf8("x".repeat(frameBytes));
        ByteBuffer bytes = ByteBuffer.allocate(FRAMES * DELIMITER.encodedLength(frameBytes));
        for (int i = 0; i < FRAMES; i++) {
            DELIMITER.write(frame, 0, bytes);
        }
        chunk = Frame.of(bytes.array());
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void wholeFrames(Blackhole hole) {
        decoder.read(chunk, frame -> {
            hole.consume(frame);
            return true;
        });
    }
}
