package io.heliograph.realtime.packet;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Notes the packets of messages, each as one line. */
final class Packets implements PacketCodec.Sink {

    final List<String> lines = new ArrayList<>();
    final List<Payload> data = new ArrayList<>();
    final List<Payload> errors = new ArrayList<>();
    int stopAfter = Integer.MAX_VALUE;

    /** Form of packet numbers in the log: as on the wire unless a test changes it. */
    UnaryOperator<String> number = UnaryOperator.identity();

    static List<String> of(PacketCodec codec, Frame message) {
        Packets packets = new Packets();
        codec.reader().read(message, packets);
        return packets.lines;
    }

    @Override
    public boolean event(String event, @Nullable String cid, Payload data) {
        this.data.add(data);
        return add((cid == null ? "event " : "request " + number.apply(cid) + " ") + event + shown(data));
    }

    @Override
    public boolean response(String rid, Payload data, Payload error) {
        this.data.add(data);
        errors.add(error);
        return add("response " + number.apply(rid) + shown(data) + (error.isPresent() ? " error" + shown(error) : ""));
    }

    @Override
    public boolean raw() {
        return add("raw");
    }

    private boolean add(String line) {
        lines.add(line);
        return lines.size() < stopAfter;
    }

    private static String shown(Payload data) {
        return data.isPresent() ? " " + data.value() : "";
    }
}
