package io.heliograph.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** RPC client that subscribes to one event and reads only the kind of a message. */
final class RpcSubscriber extends Connection {

    private final boolean messagePack;
    private final String event;
    private final Runnable published;

    /** Whether the subscription is confirmed. */
    boolean isSubscribed;

    /** Number of received publications. */
    long publications;

    /** @param published called after each publication */
    RpcSubscriber(int port, boolean messagePack, String event, @Nullable InetSocketAddress from, Runnable published)
            throws IOException {
        super("/rpc", port, from, false);
        this.messagePack = messagePack;
        this.event = event;
        this.published = published;
    }

    @Override
    void upgraded() {
        if (messagePack) {
            ByteArrayOutputStream call = new ByteArrayOutputStream();
            call.write(0x84);
            string(call, "jsonrpc");
            string(call, "2.0");
            string(call, "method");
            string(call, "rpc.on");
            string(call, "params");
            call.write(0x91);
            string(call, event);
            string(call, "id");
            call.write(1);
            send(Frames.binary(call.toByteArray()));
        } else {
            send(Frames.text("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"" + event + "\"],\"id\":1}"));
        }
    }

    /** Appends a string of at most 31 bytes. */
    private static void string(ByteArrayOutputStream target, String value) {
        target.write(0xa0 | value.length());
        target.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    void message(int opcode, ByteBuffer in, int at, int length) throws IOException {
        // {"n…: a notification; 8x ac …: a map whose first key has the 12 bytes of "notification".
        boolean notification =
                length > 2 && (messagePack ? (in.get(at + 1) & 0xff) == 0xac : in.get(at + 2) == (byte) 'n');
        if (notification) {
            publications++;
            published.run();
        } else if (!isSubscribed && shown(in, at, length).contains("ok")) {
            isSubscribed = true;
        } else {
            throw unexpected(in, at, length);
        }
    }
}
