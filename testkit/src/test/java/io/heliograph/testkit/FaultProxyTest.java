package io.heliograph.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.testkit.FaultProxy.Cut;
import io.heliograph.testkit.FaultProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FaultProxyTest {

    private static final String HOST = "127.0.0.1";

    private ServerSocket server;
    private FaultProxy proxy;
    private Socket client;
    private Socket accepted;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0);
        proxy = FaultProxy.listen(new Address.Tcp(HOST, 0), new Address.Tcp(HOST, server.getLocalPort()));
        client = new Socket(InetAddress.getLoopbackAddress(), ((Address.Tcp) proxy.address()).port());
        accepted = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        accepted.close();
        proxy.close();
        server.close();
    }

    @Test
    void bytesPassUnchangedAndAreRecorded() throws IOException {
        send(client, "hello");
        assertThat(receive(accepted, 5)).isEqualTo("hello");
        send(accepted, "good day");
        assertThat(receive(client, 8)).isEqualTo("good day");
        assertThat(proxy.recorded(Direction.TO_SERVER)).isEqualTo("hello".getBytes(UTF_8));
        assertThat(proxy.recorded(Direction.TO_CLIENT)).isEqualTo("good day".getBytes(UTF_8));
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @Test
    void bytesPassInChunks() throws IOException {
        proxy.split(1);
        byte[] large = new byte[10_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) i;
        }
        client.getOutputStream().write(large);
        assertThat(accepted.getInputStream().readNBytes(large.length)).isEqualTo(large);
    }

    @Test
    void stalledDirectionWaitsAndTheOtherContinues() throws IOException {
        send(client, "a");
        assertThat(receive(accepted, 1)).isEqualTo("a");
        proxy.stall(Direction.TO_SERVER);
        send(client, "b"); // the piece that may still pass
        send(accepted, "c");
        assertThat(receive(client, 1)).isEqualTo("c");
        byte[] flood = new byte[1 << 20];
        Thread.ofVirtual().start(() -> send(client, flood));
        send(accepted, "d");
        assertThat(receive(client, 1)).isEqualTo("d");
        assertThat(proxy.recorded(Direction.TO_SERVER).length).isLessThan(flood.length);
        proxy.resume(Direction.TO_SERVER);
        assertThat(accepted.getInputStream().readNBytes(1 + flood.length)).hasSize(1 + flood.length);
    }

    @Test
    void stalledProxyDeliversNothing() throws IOException {
        send(client, "a");
        assertThat(receive(accepted, 1)).isEqualTo("a");
        proxy.stall(Direction.TO_SERVER);
        send(client, "b");
        accepted.setSoTimeout(100);
        assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        accepted.setSoTimeout(0);
        proxy.resume(Direction.TO_SERVER);
        assertThat(receive(accepted, 1)).isEqualTo("b");
    }

    @Test
    void delayedBytesKeepTheirOrder() throws IOException {
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(50));
        long start = System.nanoTime();
        send(client, "a");
        send(client, "b");
        assertThat(receive(accepted, 2)).isEqualTo("ab");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }

    @Test
    void negativeDelayIsRejected() {
        assertThatThrownBy(() -> proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delay: PT-0.001S (expected: zero or positive)");
    }

    @Test
    void connectionIsClosedAfterBytes() throws IOException {
        proxy.cutAfter(Direction.TO_SERVER, 3, Cut.CLOSE);
        send(client, "hello");
        assertThat(new String(accepted.getInputStream().readAllBytes(), UTF_8)).isEqualTo("hel");
        assertThat(proxy.recorded(Direction.TO_SERVER)).isEqualTo("hel".getBytes(UTF_8));
    }

    @Test
    void connectionIsResetAfterBytes() {
        proxy.cutAfter(Direction.TO_CLIENT, 3, Cut.RESET);
        send(accepted, "hello");
        assertThatThrownBy(() -> client.getInputStream().readAllBytes())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        assertThatThrownBy(() -> accepted.getInputStream().readAllBytes())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void connectionIsCutAtOnce() throws IOException {
        proxy.cut(Cut.CLOSE);
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void oneDirectionEndsAndTheOtherContinues() throws IOException {
        proxy.halfClose(Direction.TO_SERVER);
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        send(client, "lost");
        send(accepted, "kept");
        assertThat(receive(client, 4)).isEqualTo("kept");
    }

    @Test
    void eachDirectionEndsByItself() throws IOException {
        send(client, "bye");
        client.shutdownOutput();
        assertThat(new String(accepted.getInputStream().readAllBytes(), UTF_8)).isEqualTo("bye");
        send(accepted, "answer");
        accepted.shutdownOutput();
        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("answer");
    }

    @Test
    void clientOfMissingTargetIsClosed() throws IOException {
        server.close();
        try (Socket late = new Socket(InetAddress.getLoopbackAddress(), ((Address.Tcp) proxy.address()).port())) {
            InputStream in = late.getInputStream();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void unixSocketsAreProxiedAndTheFileIsRemoved() throws IOException {
        Path directory = Files.createTempDirectory("hp");
        Path there = directory.resolve("there");
        Path here = directory.resolve("here");
        try (ServerSocketChannel target = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            target.bind(UnixDomainSocketAddress.of(there));
            try (FaultProxy unix = FaultProxy.listen(new Address.Unix(here), new Address.Unix(there));
                    SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(here));
                    SocketChannel called = target.accept()) {
                assertThat(unix.address()).isEqualTo(new Address.Unix(here));
                caller.write(ByteBuffer.wrap("hi".getBytes(UTF_8)));
                ByteBuffer buffer = ByteBuffer.allocate(2);
                while (buffer.hasRemaining()) {
                    called.read(buffer);
                }
                assertThat(buffer.array()).isEqualTo("hi".getBytes(UTF_8));
            }
            assertThat(here).doesNotExist();
        } finally {
            Files.deleteIfExists(there);
            Files.delete(directory);
        }
    }

    private static void send(Socket socket, String text) {
        send(socket, text.getBytes(UTF_8));
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String receive(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), UTF_8);
    }
}
