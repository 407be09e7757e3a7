package io.heliograph.bench.micro;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Encoding and decoding of a record of 83 bytes of JSON. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonCoding {

    private final Codec codec = Codec.named("json");
    private final FrameBuilder builder = new FrameBuilder(1 << 20);
    private final Sample sample = Sample.FIRST;
    private final Frame json = Frame.utf8(Sample.JSON);

    @Benchmark
    public long encode() {
        builder.reset();
        codec.encode(sample, builder);
        return builder.size();
    }

    @Benchmark
    public @Nullable Object decodeRecord() {
        return codec.decode(json, Sample.class);
    }

    @Benchmark
    public @Nullable Object decodeMap() {
        return codec.decode(json, Object.class);
    }
}
