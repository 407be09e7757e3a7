package io.heliograph.bench.micro;

import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Scan of a JSON envelope for topic and message, including validation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnvelopeScan {

    @Param({"object", "text4k", "numbers4k"})
    String message = "object";

    private final JsonEnvelope envelope = new JsonEnvelope(1000, "topic", "message");
    private Frame frame = Frame.empty();

    @Setup
    public void fill() {
        frame = Frame.utf8(
                switch (message) {
                    case "object" -> Sample.MESSAGE;
                    case "text4k" -> wrap("\"" + "x".repeat(4094) + "\"");
                    default -> wrap("[" + "12.25,".repeat(682) + "1]");
                });
    }

    @Benchmark
    public boolean scan() {
        envelope.scan(frame);
        boolean found = envelope.has(1);
        envelope.clear();
        return found;
    }

    private static String wrap(String json) {
        return "{\"topic\":\"reading\",\"message\":" + json + "}";
    }
}
