package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Requests that arrive before the connection listeners have run. */
class RpcFirstRequestTest extends ServerFixture {

    private final CountDownLatch listening = new CountDownLatch(1);

    private void listenSlowly() {
        server.onConnection(socket -> {
            handled.add("listener begins");
            listening.countDown();
            value(slow);
            socket.attach("attached");
            handled.add("listener ends");
        });
        server.method("attached").handle((params, caller) -> {
            handled.add("call");
            return caller.attachment();
        });
    }

    @Test
    void requestInUpgradePacketWaitsForListeners() throws Exception {
        listenSlowly();
        listen();
        try (RawStream stream = new RawStream(server.port())) {
            stream.upgradeAndSend(call(1, "attached", "[]"), call(2, "sum", "[1,2]"));
            listening.await();
            stream.send(call(3, "attached", "[]"));
            slow.complete("");
            assertThat(List.of(stream.text(), stream.text(), stream.text()))
                    .containsExactlyInAnyOrder(result(1, "\"attached\""), result(2, "3"), result(3, "\"attached\""));
        }
        assertThat(handled).containsExactly("listener begins", "listener ends", "call", "call");
    }

    @Test
    void firstFrameOfPlainConnectionWaitsForListeners() throws Exception {
        restart(builder -> builder.listenOn(new Address.Tcp("127.0.0.1", 0)));
        listenSlowly();
        listen();
        RawSocket socket = opened(RawSocket.open(server.addresses().get(1)));
        socket.send(call(1, "attached", "[]").getBytes(StandardCharsets.UTF_8));
        listening.await();
        Awaitility.await().until(() -> server.stats().messagesReceived() == 1);
        assertThat(handled).containsExactly("listener begins");
        slow.complete("");
        assertThat(socket.next().utf8()).isEqualTo(result(1, "\"attached\""));
        assertThat(handled).containsExactly("listener begins", "listener ends", "call");
    }

    @Test
    void heldRequestOfClosedSocketIsNotCalled() throws Exception {
        restart(builder -> builder.listenOn(new Address.Tcp("127.0.0.1", 0)));
        listenSlowly();
        CompletableFuture<RpcSocket> closed = new CompletableFuture<>();
        server.onConnection(socket -> {
            socket.close(1000, "");
            closed.complete(socket);
        });
        listen();
        RawSocket socket = opened(RawSocket.open(server.addresses().get(1)));
        socket.send(call(1, "attached", "[]").getBytes(StandardCharsets.UTF_8));
        listening.await();
        slow.complete("");
        assertThat(value(closed).isOpen()).isFalse();
        socket.awaitClosed();
        Awaitility.await().until(() -> server.stats().connections() == 0);
        assertThat(handled).containsExactly("listener begins", "listener ends");
    }
}
