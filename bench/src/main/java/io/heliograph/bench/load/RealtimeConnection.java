package io.heliograph.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A client of a SocketCluster server that looks at no more of a packet than what kind it is. */
final class RealtimeConnection extends Connection {

    /** Told of what comes. */
    interface Handler {

        /** The handshake was answered, with the token accepted. */
        void opened(RealtimeConnection connection) throws IOException;

        /** A call was answered, and not with an error. */
        default void answered(RealtimeConnection connection) throws IOException {}

        /** A publication has come. */
        default void published(RealtimeConnection connection) throws IOException {}
    }

    private final Server server;
    private final Handler handler;
    private boolean open;

    /** How many publications have come. */
    long publications;

    /** The last call's number. */
    long cid = 1;

    /** How many calls have been answered. */
    long answers;

    /**
     * Where to connect to.
     *
     * @param token what the handshake presents
     */
    record Server(int port, String token) {}

    RealtimeConnection(Server server, @Nullable InetSocketAddress from, boolean blocking, Handler handler)
            throws IOException {
        super("/socketcluster/", server.port(), from, blocking);
        this.server = server;
        this.handler = handler;
    }

    @Override
    void upgraded() {
        send(Packets.handshake(server.token()));
    }

    @Override
    void message(int opcode, ByteBuffer in, int at, int length) throws IOException {
        if (opcode != Frames.TEXT) {
            throw unexpected(in, at, length);
        }
        if (length > 12) {
            byte kind = in.get(at + 2);
            if (kind == 'e' && in.get(at + 10) == '#' && in.get(at + 11) == 'p') {
                publications++;
                handler.published(this);
                return;
            }
            if (kind == 'r') {
                answer(in, at, length);
                return;
            }
        }
        if (length == 0) {
            send(Frames.text(""));
        } else if (length == 2) {
            send(Frames.text("#2"));
        } else if (length >= 9 && in.get(at + 2) == 'r') {
            answer(in, at, length);
        } else {
            throw unexpected(in, at, length);
        }
    }

    private void answer(ByteBuffer in, int at, int length) throws IOException {
        int next = at + 7;
        while (in.get(next) >= '0' && in.get(next) <= '9') {
            next++;
        }
        if (in.get(next) == ',' && in.get(next + 2) == 'e') {
            throw new IOException("an error: " + shown(in, at, length));
        }
        answers++;
        if (open) {
            handler.answered(this);
            return;
        }
        String text = shown(in, at, length);
        if (!text.contains("\"isAuthenticated\":true")) {
            throw new IOException("not authenticated: " + text);
        }
        open = true;
        handler.opened(this);
    }
}
