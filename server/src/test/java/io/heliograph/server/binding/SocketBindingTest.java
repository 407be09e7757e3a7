package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import io.heliograph.server.SocketProtocol;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SocketBindingTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private Hub hub(SocketProtocol socket) {
        return hub(Hub.builder(), socket);
    }

    private Hub hub(HubBuilder builder, SocketProtocol socket) {
        Hub hub = builder.listen("tcp://127.0.0.1:0", socket).build();
        scratch.closing(() -> hub.closeGracefully(Duration.ZERO).join());
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        return hub;
    }

    private static int port(Hub hub) {
        return ((Address.Tcp) Address.parse(hub.listeners().getFirst().url())).port();
    }

    private Socket connect(Hub hub) throws IOException {
        Socket socket = scratch.closing(new Socket(InetAddress.getLoopbackAddress(), port(hub)));
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Connects a peer that receives the publications of a channel. */
    private Socket receiver(Hub hub, String channel) throws IOException {
        int before = hub.exchange().subscribers(channel);
        Socket socket = connect(hub);
        Awaitility.await().until(() -> hub.exchange().subscribers(channel) > before);
        return socket;
    }

    private static void send(Socket socket, String hex) throws IOException {
        socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static String read(Socket socket, int count) throws IOException {
        return HexFormat.of().formatHex(socket.getInputStream().readNBytes(count));
    }

    @Test
    void numbersArePublishedAndDelivered() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.INT, DataType.INT)
                .framed(true)
                .publish("t")
                .deliver("t"));
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("t").on(Object.class, received::add);
        Socket first = receiver(hub, "t");
        Socket second = receiver(hub, "t");
        send(first, "08 00000001 00000002");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of(1L, 2L));
        assertThat(read(second, 9)).isEqualTo("080000000100000002");
        send(first, "04 fffffffe");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(-2L);
        assertThat(read(second, 5)).isEqualTo("04fffffffe");
        hub.exchange().publish("t", 7).join();
        assertThat(read(first, 5)).isEqualTo("0400000007"); // no echo before
    }

    @Test
    void defaultChannelNamesThePort() throws Exception {
        Hub hub = hub(Protocols.socket().types(DataType.STRING, DataType.STRING).framed(true));
        String channel = "socket/" + port(hub);
        Socket socket = receiver(hub, channel);
        hub.exchange().publish(channel, "hi").join();
        assertThat(read(socket, 3)).isEqualTo("026869");
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel(channel).on(Object.class, received::add);
        send(socket, "0161");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("a");
    }

    @Test
    void inconvertiblePublicationIsDropped() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.INT, DataType.INT)
                .framed(true)
                .deliver("t"));
        Socket first = receiver(hub, "t");
        Socket second = receiver(hub, "t");
        hub.exchange().publish("t", Map.of("n", 1)).join();
        hub.exchange().publish("t").join();
        hub.exchange().publish("t", 300.7).join();
        assertThat(read(first, 5)).isEqualTo("040000012c");
        assertThat(read(second, 5)).isEqualTo("040000012c");
        assertThat(hub.stats().drops(DropReason.NOT_CONVERTIBLE)).isEqualTo(4);
    }

    @Test
    void numberThatJsonLacksIsDropped() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.DOUBLE, DataType.DOUBLE)
                .framed(true)
                .publish("t"));
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("t").on(Object.class, received::add);
        Socket socket = connect(hub);
        send(socket, "08 7ff8000000000000 10 3ff8000000000000 7ff0000000000000 08 3ff8000000000000");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(1.5);
        assertThat(hub.stats().drops(DropReason.NOT_CONVERTIBLE)).isEqualTo(2);
    }

    @Test
    void jsonAndImagesPassThrough() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.JSON, DataType.JSON)
                .framed(true)
                .publish("t")
                .deliver("t"));
        Socket first = receiver(hub, "t");
        Socket second = receiver(hub, "t");
        send(first, "08 7b226e22203a317d");
        assertThat(read(second, 9)).isEqualTo("087b226e22203a317d");
        Hub images = hub(Protocols.socket()
                .types(DataType.IMAGE, DataType.IMAGE)
                .framed(true)
                .publish("i")
                .deliver("i"));
        Socket sender = receiver(images, "i");
        Socket receiver = receiver(images, "i");
        send(sender, "03 ffd8ff");
        assertThat(read(receiver, 4)).isEqualTo("03ffd8ff");
    }

    @Test
    void callsAreAnsweredInOrder() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.INT, DataType.INT)
                .framed(true)
                .call("twice"));
        CompletableFuture<Object> slow = new CompletableFuture<>();
        CompletableFuture<Void> last = new CompletableFuture<>();
        hub.procedure("twice", Integer.class, (n, call) -> {
            if (n == 3) {
                throw CallException.of("OddError", "three");
            }
            if (n == 4) {
                last.complete(null);
            }
            return n == 1 ? slow : n == 2 ? (Object) "inconvertible" : n * 2;
        });
        Socket socket = connect(hub);
        send(socket, "04 00000001 04 00000002 04 00000003 04 00000004");
        last.get(10, TimeUnit.SECONDS);
        slow.complete(2);
        assertThat(read(socket, 10)).isEqualTo("04000000020400000008");
        assertThat(hub.stats().drops(DropReason.NOT_CONVERTIBLE)).isEqualTo(1);
    }

    @Test
    void answersFollowTheEndOfTheInput() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.INT, DataType.INT)
                .framed(true)
                .call("later"));
        CompletableFuture<Object> later = new CompletableFuture<>();
        hub.procedure("later", Object.class, (none, call) -> later);
        Socket socket = connect(hub);
        send(socket, "04 00000001");
        socket.shutdownOutput();
        later.complete(9);
        assertThat(read(socket, 100)).isEqualTo("0400000009");
    }

    @Test
    void deniedValueIsReportedOnce() throws Exception {
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        Hub hub = hub(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.PUBLISH ? Permission.deny("read only") : Permission.allow()),
                Protocols.socket()
                        .types(DataType.BYTE, DataType.BYTE)
                        .framed(true)
                        .publish("t")
                        .deliver("t"));
        hub.onError(errors::add);
        Socket socket = receiver(hub, "t");
        send(socket, "01 01 01 02");
        assertThat(errors.poll(10, TimeUnit.SECONDS)).hasMessage("publish: 't' is not allowed: read only");
        hub.exchange().publish("t", 5).join();
        assertThat(read(socket, 2)).isEqualTo("0105");
        assertThat(errors).isEmpty();
    }

    @Test
    void connectionIsAnonymous() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.BYTE, DataType.BYTE)
                .framed(true)
                .deliver("t"));
        Socket socket = receiver(hub, "t");
        var connection = hub.connections().iterator().next();
        assertThat(connection.principal().source()).isEqualTo(Principal.Source.ANONYMOUS);
        assertThat(connection.principal().local()).isFalse();
        assertThat(connection.id()).startsWith("so-");
        assertThat(connection.remoteAddress()).isEqualTo("tcp://127.0.0.1:" + socket.getLocalPort());
        connection.send("ignored", 3);
        assertThat(read(socket, 2)).isEqualTo("0103");
        connection.close("bye");
        assertThat(read(socket, 1)).isEmpty();
    }

    @Test
    void javaClientPublishesAndReceives() throws Exception {
        Hub hub = hub(Protocols.socket()
                .types(DataType.DOUBLE, DataType.DOUBLE)
                .framed(true)
                .publish("in")
                .deliver("out"));
        BlockingQueue<Object> published = new LinkedBlockingQueue<>();
        hub.channel("in").on(Object.class, published::add);
        SocketClient client = scratch.closing(SocketClient.builder("127.0.0.1", port(hub))
                .receive(DataType.DOUBLE)
                .send(DataType.DOUBLE)
                .framed()
                .build());
        BlockingQueue<double[]> received = new LinkedBlockingQueue<>();
        client.onData(double[].class, received::add);
        client.connect().get(10, TimeUnit.SECONDS);
        client.send(new double[] {1.5, 2});
        assertThat(published.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of(1.5, 2.0));
        hub.exchange().publish("out", List.of(0.5, 3)).join();
        assertThat(received.poll(10, TimeUnit.SECONDS)).containsExactly(0.5, 3);
    }
}
