package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.SendQueueFullException;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Client with a misbehaving server: it reports the error, disconnects and reconnects. */
class HostileServersTest {

    private static final int LIMIT = 1 << 20;
    private static final long IN_FLIGHT = 4 * Memory.MIB;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private ServerSocketChannel server;
    private RecordedClient client;
    private UnixPeer peer;

    @BeforeEach
    void connect() throws IOException {
        server = scratch.closing(UnixPeer.listen(scratch.path("s")));
        client = scratch.client(
                scratch.path("s"), builder -> builder.maxMessageBytes(LIMIT).maxQueuedBytes(LIMIT));
        peer = accept();
        client.next("connect");
    }

    private UnixPeer accept() throws IOException {
        return scratch.closing(UnixPeer.accept(server));
    }

    static Stream<byte[]> framesThatAreNoMessages() {
        return HostileClientsTest.framesThatAreNoMessages();
    }

    @ParameterizedTest
    @MethodSource("framesThatAreNoMessages")
    @Checklist({"IPC 14", "IPC 15"})
    void malformedFrameClosesConnection(byte[] frame) throws Exception {
        peer.write("{\"topic\":\"before\",\"message\":1}\0\0");
        peer.write(frame);
        peer.write("\0\0{\"topic\":\"after\",\"message\":2}\0\0");

        assertThat(client.next("message").topic()).isEqualTo("before");
        assertDecodeErrorThenReconnect();
        assertThat(client.all("message")).extracting(Event::topic).containsExactly("before", "again");
    }

    @Test
    @Checklist("IPC 14")
    void deepNestingClosesConnection() throws Exception {
        peer.write("{\"topic\":\"deep\",\"message\":", "[".repeat(100_000), "]".repeat(100_000), "}\0\0");

        assertDecodeErrorThenReconnect();
    }

    @Test
    @Checklist("IPC 16")
    void unterminatedMessageClosesConnectionAtLimit() throws Exception {
        long before = Memory.used();

        peer.write("{\"topic\":\"endless\",\"message\":\"");
        long written = peer.writeUntilRefused(UnixPeer.utf8("x".repeat(64 * 1024)), 64 * Memory.MIB);

        assertThat(written).isLessThan(LIMIT + IN_FLIGHT);
        assertDecodeErrorThenReconnect();
        assertThat(Memory.used() - before).isLessThan(LIMIT + IN_FLIGHT);
    }

    @Test
    void stalledServerFillsQueueToLimitOnly() throws Exception {
        int accepted = 0;
        while (client.client.send("data", "x".repeat(10_000))) {
            accepted++;
            assertThat(client.client.stats().queuedBytes()).isLessThanOrEqualTo(LIMIT);
            assertThat(accepted).as("messages accepted while nobody reads").isLessThan(2000);
        }

        assertThat(client.next("error").error()).isInstanceOfSatisfying(SendQueueFullException.class, full -> {
            assertThat(full.limit()).isEqualTo(LIMIT);
            assertThat(full.clientId()).isEmpty();
        });
        for (int i = 0; i < accepted; i++) {
            peer.readFrame();
        }
        assertThat(client.client.send("after", 1)).isTrue();
        assertThat(peer.readFrame()).contains("after");
        assertThat(client.names()).doesNotContain("disconnect");
    }

    @Test
    void clientReconnectsAfterEveryLoss() throws Exception {
        for (int i = 0; i < 20; i++) {
            if (i % 2 == 0) {
                peer.write("{\"topic\":\"unfinished");
            }
            peer.close();
            client.next("disconnect");
            peer = accept();
            client.next("connect");
            client.next("reconnect");
        }
        peer.write("{\"topic\":\"whole\",\"message\":1}\0\0"); // no partial message is left

        assertThat(client.next("message").topic()).isEqualTo("whole");
    }

    @Test
    void clientReconnectsAfterReset() throws Exception {
        for (int i = 0; i < 10; i++) {
            client.client.send("data", "x".repeat(50_000));
        }
        peer.read(1000);
        peer.close();

        Event lost = client.await("disconnect"); // possibly preceded by an error
        assertThat(lost.detail()).isNotInstanceOf(CloseReason.Local.class);
        accept();
        client.next("connect");
        client.next("reconnect");
        assertThat(client.client.stats().queuedBytes()).isZero();
    }

    @Test
    @Checklist({"IPC 10", "IPC 51"})
    void clientEndsOutputAfterServerEndsOutput() throws Exception {
        peer.write("{\"topic\":\"whole\",\"message\":1}\0\0{\"topic\":\"part");
        peer.end();

        assertThat(client.next("message").topic()).isEqualTo("whole");
        assertThat(peer.readToEnd()).isZero();
        client.next("disconnect");
        assertThat(client.all("error")).isEmpty();
    }

    private void assertDecodeErrorThenReconnect() throws IOException {
        Event error = client.next("error");
        assertThat(error.error()).isInstanceOfSatisfying(DecodeException.class, decode -> {
            assertThat(decode.clientId()).isEmpty();
            assertThat(decode.rawData().length()).isLessThanOrEqualTo(1024);
        });
        assertThat(client.next("disconnect").detail()).isInstanceOf(CloseReason.Failed.class);
        peer.readToEnd();
        UnixPeer next = accept();
        client.next("connect");
        client.next("reconnect");
        next.write("{\"topic\":\"again\",\"message\":1}\0\0");
        assertThat(client.next("message").topic()).isEqualTo("again");
    }
}
