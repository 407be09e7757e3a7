package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.ManualNetwork;
import io.heliograph.testkit.RawPeer;
import io.heliograph.transport.LinkOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A server on a network and a clock of the test, without HTTP: after each action, all that can happen has happened. */
final class ManualServer implements AutoCloseable {

    private static final Address ADDRESS = new Address.Tcp("rpc", 1);

    final ManualNetwork network = new ManualNetwork();
    final RpcServer server;

    /** The futures of the method {@code hold}, in the order of its calls. */
    final List<CompletableFuture<String>> held = new ArrayList<>();

    ManualServer(Consumer<RpcServer.Builder> options) {
        RpcServer.Builder builder = RpcServer.builder()
                .dispatch(Dispatch.direct())
                .transport(network.transport(), network.loop())
                .listenOn(ADDRESS);
        options.accept(builder);
        server = builder.build();
        server.method("hold").handle(params -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            held.add(result);
            return result;
        });
        server.method("one").handle(params -> 1);
        server.method("secret").handle(params -> 1).protect();
        server.authenticate(Object.class, (given, caller) -> true);
        server.listen();
        network.run();
    }

    /** Connects a peer to the default namespace. */
    RawPeer connect() {
        RawPeer peer = connectSilently();
        send(peer, "/");
        return peer;
    }

    /** Connects a peer that sends nothing. */
    RawPeer connectSilently() {
        RawPeer peer = new RawPeer().settling(network::run);
        open(peer);
        return peer;
    }

    void open(RawPeer peer) {
        network.transport().connect(ADDRESS, network.peerLoop(), LinkOptions.of(Framing.fourByteLength()), peer);
        network.run();
    }

    void send(RawPeer peer, String message) {
        peer.send(message.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the messages that have arrived since the last call. */
    List<String> received(RawPeer peer) {
        List<String> messages = new ArrayList<>();
        for (Frame next = peer.poll(); next != null; next = peer.poll()) {
            messages.add(next.utf8());
        }
        return messages;
    }

    /** Completes the oldest held call. */
    void release() {
        held.removeFirst().complete("held");
        network.run();
    }

    @Override
    public void close() {
        server.closeGracefully(Duration.ZERO);
        network.advance(Duration.ofSeconds(1));
    }
}
