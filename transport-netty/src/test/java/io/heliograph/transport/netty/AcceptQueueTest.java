package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Close of a listening socket while connections are in its accept queue. */
class AcceptQueueTest {

    private static final int CONNECTIONS = 100;

    private final Transport.AcceptHandler greeting = new Transport.AcceptHandler() {
        @Override
        public @Nullable LinkHandler accepted(Link link) {
            link.send(Frame.utf8("hello"));
            link.end();
            return new LinkHandler() {
                @Override
                public void frame(Link from, Frame frame) {}

                @Override
                public void inputEnded(Link from) {}

                @Override
                public void closed(Link from, CloseReason reason) {}
            };
        }

        @Override
        public void bound() {}

        @Override
        public void failed(HeliographException cause) {}
    };

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void pendingConnectionsAreAcceptedBeforeTheClose(Engine engine) throws Exception {
        Transport transport = NettyTransport.create(engine.toString(), "1");
        List<Socket> clients = new ArrayList<>();
        try {
            EventLoop loop = transport.nextLoop();
            LinkOptions options = LinkOptions.of(Framing.none());
            Acceptor acceptor = transport
                    .listen(new Address.Tcp("127.0.0.1", 0), loop, options, greeting)
                    .get(10, TimeUnit.SECONDS);
            CountDownLatch connected = new CountDownLatch(1);
            CompletableFuture<Void> closed = new CompletableFuture<>();
            loop.execute(() -> {
                await(connected);
                acceptor.close().thenRun(() -> closed.complete(null));
            });
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), ((Address.Tcp) acceptor.address()).port()));
            }
            connected.countDown();
            closed.get(10, TimeUnit.SECONDS);
            for (Socket client : clients) {
                client.setSoTimeout(10_000);
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
            }
            assertThat(acceptor.acceptedConnections()).isEqualTo(CONNECTIONS);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            transport.close().get(10, TimeUnit.SECONDS);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
