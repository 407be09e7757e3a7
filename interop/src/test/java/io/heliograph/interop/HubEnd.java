package io.heliograph.interop;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connection of one protocol to the hub of a matrix. Data is JSON text, in which bytes are objects with {@code base64}. */
abstract class HubEnd {

    /** Data of a publication without data. */
    static final String NONE = "none";

    private static final Codec JSON = Codec.named("json-base64");

    private final String name;
    private volatile String channel = "";
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    HubEnd(String name) {
        this.name = name;
    }

    /** Publishes, and waits until the hub has accepted the publication if the protocol acknowledges it. */
    abstract void publish(String channel, Payload data);

    /** Subscribes, and waits for the confirmation. */
    abstract void subscribe(String channel);

    /**
     * Calls a procedure.
     *
     * @return the result, or {@code error} with what the protocol has of code, name, message and data
     */
    abstract String call(String procedure, Payload argument);

    /** Whether the format distinguishes null from no data. */
    boolean hasAbsence() {
        return true;
    }

    /** Returns what this end receives of the integer 2<sup>53</sup> + 1, or null if the publication does not arrive. */
    @Nullable
    String largeInteger() {
        return "9007199254740993";
    }

    /** Returns how this end shows data. */
    String seen(String json) {
        return json;
    }

    final void publish(String channel, String json) {
        publish(channel, payload(json));
    }

    final String call(String procedure, String json) {
        return call(procedure, payload(json));
    }

    static Payload payload(String json) {
        return json.equals(NONE) ? Payload.absent(JSON) : Payload.of(JSON, Frame.utf8(json));
    }

    /** Returns the payload in the format of a client. */
    static Payload in(Codec codec, Payload payload) {
        FrameBuilder builder = new FrameBuilder(1 << 24);
        payload.writeTo(codec, builder);
        return Payload.of(codec, builder.build());
    }

    static String text(@Nullable Payload payload) {
        return payload == null || !payload.isPresent()
                ? NONE
                : in(JSON, payload).text();
    }

    /** Records the data of a publication, unless a test of another channel has begun. */
    final void received(String from, @Nullable Payload data) {
        if (from.equals(channel)) {
            received.add(text(data));
        }
    }

    /** Begins a test: subscribes, and forgets the publications of other channels. */
    final void begin(String next) {
        channel = next;
        received.clear();
        subscribe(next);
    }

    /** Waits for the data of the next publication. */
    String next() throws InterruptedException {
        String next = received.poll(20, TimeUnit.SECONDS);
        return next == null ? "nothing within 20 s" : next;
    }

    /** Returns the number of publications that were not taken. */
    final int pending() {
        return received.size();
    }

    @Override
    public final String toString() {
        return name;
    }

    abstract void close();
}
