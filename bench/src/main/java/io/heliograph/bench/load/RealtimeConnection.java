package io.heliograph.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** SocketCluster client that reads only the kind of a packet. */
final class RealtimeConnection extends Connection {

    /** Receiver of packets. */
    interface Handler {

        /** Called after the handshake, if the token is accepted. */
        void opened(RealtimeConnection connection) throws IOException;

        /** Called after a successful answer to a call. */
        default void answered(RealtimeConnection connection) throws IOException {}

        /** Called after a publication. */
        default void published(RealtimeConnection connection) throws IOException {}
    }

    private final Server server;
    private final Handler handler;
    private boolean open;

    /** Number of received publications. */
    long publications;

    /** Id of the last call. */
    long cid = 1;

    /** Number of answered calls. */
    long answers;

    /**
     * Address and token of connections.
     *
     * @param token token of the handshake
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
            throw new IOException("error from the server: " + shown(in, at, length));
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
