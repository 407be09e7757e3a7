package io.heliograph.ipc;

import io.heliograph.Dispatch;
import io.heliograph.bench.micro.Sample;
import io.heliograph.bench.micro.StubTransport;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Message path of an IPC client without system calls: from read bytes to the listener, and from send to the frame. Time
 * per message of 83 bytes of JSON, with direct dispatch.
 *
 * <p>In this package because the transport of an endpoint is not configurable by public API.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessagePath {

    private static final int BURST = 100;
    private static final Framing DELIMITER = Framing.delimiter(0, 0);

    private @Nullable Object last;
    private final StubTransport transport = new StubTransport(frame -> last = frame);
    private final FrameDecoder decoder = DELIMITER.decoder(1 << 20);
    private final IpcClient typed = client();
    private Frame chunk = Frame.empty();

    @Setup
    public void connect() {
        typed.connect();
        transport.loop().runAll();
        if (!typed.isConnected()) {
            throw new IllegalStateException("not connected");
        }
        typed.topic("reading", Sample.class).on(sample -> last = sample);
        typed.topic("payload").on(payload -> last = payload);
    }

    /** Decodes the message into a record. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void receiveRecord(Blackhole hole) {
        receive(hole, Sample.MESSAGE);
    }

    /** Scans the envelope only. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void receivePayload(Blackhole hole) {
        receive(hole, Sample.MESSAGE.replace("reading", "payload"));
    }

    @Benchmark
    public boolean send() {
        return typed.send("reading", Sample.FIRST);
    }

    private void receive(Blackhole hole, String message) {
        if (chunk.length() == 0) {
            ByteBuffer bytes = ByteBuffer.allocate(BURST * DELIMITER.encodedLength(message.length()));
            for (int i = 0; i < BURST; i++) {
                DELIMITER.write(Frame.utf8(message), 0, bytes);
            }
            chunk = Frame.of(bytes.array());
        }
        decoder.read(chunk, frame -> {
            transport.receive(frame);
            return true;
        });
        hole.consume(last);
    }

    private IpcClient client() {
        return IpcClient.builder(Path.of("stub"))
                .dispatch(Dispatch.direct())
                .transport(transport, transport.loop())
                .build();
    }
}
