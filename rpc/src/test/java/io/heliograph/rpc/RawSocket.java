package io.heliograph.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RawPeer;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.util.Optional;

/** Client without protocol logic: a test sends and reads frames. */
final class RawSocket extends RawPeer {

    private final Transports.Lease lease = Transports.acquire();

    private RawSocket() {}

    static RawSocket open(int port, String target) {
        return open(
                WebSocketTarget.of(URI.create("ws://127.0.0.1:" + port + target), Optional.empty()),
                WebSocketOptions.defaults());
    }

    static RawSocket open(WebSocketTarget target, WebSocketOptions options) {
        RawSocket socket = new RawSocket();
        Transport transport = socket.lease.transport();
        transport.connect(target, transport.nextLoop(), options, socket);
        return socket.awaitOpen();
    }

    static RawSocket open(Address address) {
        RawSocket socket = new RawSocket();
        Transport transport = socket.lease.transport();
        transport.connect(address, transport.nextLoop(), LinkOptions.of(Framing.fourByteLength()), socket);
        return socket.awaitOpen();
    }

    private RawSocket awaitOpen() {
        try {
            link();
            return this;
        } catch (RuntimeException e) {
            lease.release();
            throw e;
        }
    }

    String askHex(String hex) {
        return sendHex(hex.replace(" ", "")).nextHex();
    }

    /** Asserts that no message arrives before the response to a new call. */
    void assertNoOtherMessage() {
        assertThat(ask("{\"jsonrpc\":\"2.0\",\"method\":\"__nothing\",\"id\":\"probe\"}"))
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":\"probe\"}");
    }

    void end(int code) {
        end(code, "");
    }

    @Override
    public void close() {
        super.close();
        lease.release();
    }
}
