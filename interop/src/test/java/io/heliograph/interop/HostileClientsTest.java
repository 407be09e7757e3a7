package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.ipc.ConnectedClient;
import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.DropReason;
import io.heliograph.ipc.IpcServer;
import io.heliograph.ipc.SendQueueFullException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that mean ill meet our server. Each is told of as documented and disconnected, memory stays within the limits, and a
 * witness plays ping-pong all the while and notices nothing.
 */
class HostileClientsTest {

    private static final int MAX_MESSAGE = 1 << 20;
    private static final int MAX_QUEUE = 1 << 20;
    private static final int MAX_CLIENTS = 100;

    /** What may be on its way in the sockets of the system, and in reads and writes that have begun. */
    private static final long UNDER_WAY = 4 * Memory.MIB;

    @RegisterExtension final Scratch scratch = new Scratch();
    private Path socket;
    private RecordedServer server;
    private Witness witness;
    private ConnectedClient witnessed;

    @BeforeEach
    void openWithWitness() throws IOException {
        open("s", Overflow.CLOSE);
    }

    private void open(String name, Overflow slowConsumer) throws IOException {
        socket = scratch.socket(name);
        server =
                scratch.unstartedServer(
                        socket,
                        builder ->
                                builder.maxMessageBytes(MAX_MESSAGE)
                                        .maxQueuedBytes(MAX_QUEUE)
                                        .slowConsumer(slowConsumer)
                                        .maxClients(MAX_CLIENTS));
        server.server.on("ping", (payload, client) -> client.send("pong", payload.value()));
        server.listen();
        witness = scratch.closing(Witness.at(socket));
        witnessed = server.awaitClient();
    }

    @AfterEach
    void theWitnessNoticedNothing() {
        witness.assertUndisturbed();
        assertThat(server.server.client(witnessed.id())).isPresent();
    }

    static Stream<byte[]> framesThatAreNoMessages() {
        return Stream.of(
                        "", // an empty frame
                        "\0", // three zero bytes: one shifts into the next frame
                        "no json",
                        "{",
                        "{\"topic\":\"t\",\"message\":}",
                        "{\"topic\":\"t\",\"message\":1",
                        "{\"topic\":\"t\",\"message\":1}}",
                        "{\"topic\":\"t\",\"message\":01}",
                        "{\"topic\":\"t\",\"message\":nul}",
                        "{\"topic\":\"t\",\"message\":\"line\nfeed\"}",
                        "{\"topic\":\"t\",\"message\":\"\\x\"}",
                        "{'topic':'t'}",
                        "{\"topic\":\"t\",}",
                        "{\"topic\":\"t\"} {\"topic\":\"t\"}",
                        "\ufeff{\"topic\":\"t\",\"message\":1}",
                        "null",
                        "true",
                        "42",
                        "\"text\"",
                        "[]",
                        "[{\"topic\":\"t\",\"message\":1}]",
                        "{\"topic\":[],\"message\":1}",
                        "{\"topic\":{\"a\":1},\"message\":1}")
                .map(RawPeer::utf8);
    }

    @ParameterizedTest
    @MethodSource("framesThatAreNoMessages")
    void aFrameThatIsNoMessageEndsItsConnectionAfterWhatCameBefore(byte[] frame)
            throws Exception { // IPC 14, 15
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        ConnectedClient client = server.awaitClient();

        String text = new String(frame, StandardCharsets.UTF_8);
        peer.write(
                "{\"topic\":\"before\",\"message\":1}\0\0",
                text,
                "\0\0{\"topic\":\"after\",\"message\":2}\0\0");

        assertThat(server.next("message").topic()).isEqualTo("before");
        assertDecodeError(client);
        assertThat(peer.readToEnd()).isZero();
        assertThat(server.all("message")).hasSize(1);
        assertThat(server.server.stats().drops()).containsEntry(DropReason.DECODE_ERROR, 1L);
    }

    @Test
    void bytesThatAreNoTextEndTheirConnection() throws Exception { // IPC 14
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        ConnectedClient client = server.awaitClient();

        peer.write((byte) 0xff, (byte) 0xfe, (byte) 0xc0, (byte) 0x80, (byte) 0, (byte) 0);

        assertDecodeError(client);
        assertThat(peer.readToEnd()).isZero();
    }

    @Test
    void malformedCharactersInsideOfAStringAreReplaced() throws Exception {
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        server.awaitClient();

        peer.write("{\"topic\":\"t\",\"message\":\"a");
        peer.write((byte) 0xff, (byte) 0xe2, (byte) 0x82);
        peer.write("b\"}\0\0");

        assertThat(server.next("message").value())
                .asString()
                .startsWith("a\ufffd")
                .endsWith("\ufffdb");
    }

    @Test
    void deepNestingEndsItsConnection() throws Exception { // IPC 14
        String open = "[".repeat(100_000);
        String close = "]".repeat(100_000);
        String objects = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        for (String value : List.of(open + close, open, objects)) {
            RawPeer peer = scratch.closing(RawPeer.connect(socket));
            ConnectedClient client = server.awaitClient();

            peer.write("{\"topic\":\"deep\",\"message\":", value, "}\0\0");

            assertDecodeError(client);
            peer.readToEnd();
        }
        assertThat(server.all("message")).isEmpty();
    }

    @Test
    void nestingUpToTheLimitIsDelivered() throws Exception {
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        server.awaitClient();

        peer.write("{\"topic\":\"deep\",\"message\":", "[".repeat(900), "]".repeat(900), "}\0\0");

        assertThat(server.next("message").value()).isInstanceOf(List.class);
    }

    @Test
    void endlessDataWithoutDelimiterEndsItsConnectionAtTheLimit() throws Exception { // IPC 16
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        ConnectedClient client = server.awaitClient();
        long before = Memory.used();

        peer.write("{\"topic\":\"endless\",\"message\":\"");
        long written = peer.writeUntilRefused(RawPeer.utf8("x".repeat(64 * 1024)), 64 * Memory.MIB);

        assertThat(written).isLessThan(MAX_MESSAGE + UNDER_WAY);
        assertThat(assertDecodeError(client).getMessage())
                .contains("endless")
                .contains(String.valueOf(MAX_MESSAGE));
        assertThat(Memory.used() - before).isLessThan(MAX_MESSAGE + UNDER_WAY);
    }

    @Test
    void manyUnfinishedFramesCostNoMoreThanTheirBytes() throws Exception { // IPC 16
        long before = Memory.used();
        int count = 50;
        byte[] part = RawPeer.utf8("{\"topic\":\"t\",\"message\":\"" + "x".repeat(200_000));
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawPeer peer = scratch.closing(RawPeer.connect(socket));
            server.awaitClient();
            peer.write(part);
            peers.add(peer);
        }
        witness.assertUndisturbed();

        // An array that grows by doubling holds up to twice its bytes.
        assertThat(Memory.used() - before).isLessThan(2L * count * part.length + UNDER_WAY);
        for (RawPeer peer : peers) {
            peer.write("\"}\0\0");
            server.awaitMessage("t");
        }
    }

    @Test
    void slowBytesHoldNobodyUp() throws Exception { // IPC 8
        byte[] frame = RawPeer.utf8("{\"topic\":\"slow\",\"message\":1}\0\0");
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            peers.add(scratch.closing(RawPeer.connect(socket)));
            server.awaitClient();
        }

        for (byte one : frame) {
            for (RawPeer peer : peers) {
                peer.write(one);
            }
            witness.assertUndisturbed();
        }

        for (int i = 0; i < peers.size(); i++) {
            server.awaitMessage("slow");
        }
    }

    @Test
    void silentAndHalfOpenConnectionsAreTolerated() throws Exception { // IPC 10, 34, 52
        RawPeer silent = scratch.closing(RawPeer.connect(socket));
        ConnectedClient quiet = server.awaitClient();
        RawPeer halfOpen = scratch.closing(RawPeer.connect(socket));
        ConnectedClient half = server.awaitClient();

        halfOpen.write("{\"topic\":\"whole\",\"message\":1}\0\0{\"topic\":\"part");
        halfOpen.end();

        assertThat(server.next("message").topic()).isEqualTo("whole");
        assertThat(halfOpen.readToEnd()).isZero();
        Event gone = server.next("disconnect");
        assertThat(gone.from()).isEqualTo(half);
        assertThat(gone.detail()).isInstanceOf(CloseReason.Remote.class);
        assertThat(server.server.clients()).contains(quiet);
        quiet.send("still", 1);
        assertThat(silent.readFrame()).contains("still");
    }

    @Test
    void floodsOfConnectionsEndAtTheLimit() throws Exception {
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < MAX_CLIENTS - 1; i++) {
            peers.add(scratch.closing(RawPeer.connect(socket)));
            server.awaitClient();
        }
        for (int i = 0; i < 50; i++) {
            try (RawPeer tooMany = RawPeer.connect(socket)) {
                assertThat(tooMany.readToEnd()).isZero();
            }
        }
        assertThat(server.server.clients()).hasSize(MAX_CLIENTS);
        assertThat(server.server.stats().drops()).containsEntry(DropReason.TOO_MANY_CLIENTS, 50L);

        peers.get(0).close();
        server.await("disconnect");
        scratch.closing(RawPeer.connect(socket));
        server.awaitClient();
    }

    @Test
    void connectionsThatComeAndGoLeaveNothingBehind() throws Exception {
        AtomicInteger gone = new AtomicInteger();
        IpcServer unrecorded = scratch.closing(IpcServer.builder(scratch.socket("u")).build());
        unrecorded.onDisconnect((client, reason) -> gone.incrementAndGet());
        assertThat(unrecorded.listen()).succeedsWithin(EventLog.DEADLINE);
        connectAndGo(100); // what is loaded and pooled once
        Awaitility.await().atMost(EventLog.DEADLINE).untilAtomic(gone, equalTo(100));
        long before = Memory.used();

        connectAndGo(1000);
        Awaitility.await().atMost(EventLog.DEADLINE).untilAtomic(gone, equalTo(1100));

        assertThat(unrecorded.clients()).isEmpty();
        assertThat(unrecorded.stats().connections()).isZero();
        assertThat(unrecorded.stats().connectionsOpened()).isEqualTo(1100);
        assertThat(Memory.used() - before).as("bytes kept").isLessThan(Memory.MIB);
    }

    private void connectAndGo(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (RawPeer peer = RawPeer.connect(scratch.socket("u"))) {
                if (i % 2 == 0) {
                    peer.write("{\"topic\":");
                }
            }
        }
    }

    @Test
    void aResetWithUnreadDataEndsOnlyItsConnection() throws Exception { // IPC 33
        for (int i = 0; i < 20; i++) {
            RawPeer peer = scratch.closing(RawPeer.connect(socket));
            ConnectedClient client = server.awaitClient();
            for (int n = 0; n < 10; n++) {
                client.send("data", "x".repeat(50_000));
            }
            peer.read(1000);
            peer.close();
            assertThat(server.await("disconnect").from()).isEqualTo(client);
        }
        assertThat(server.server.stats().queuedBytes()).isLessThan(1000);
        assertThat(server.server.clients()).hasSize(1);
    }

    @Test
    void aStalledReaderCostsNoMoreThanItsLimitAndIsDisconnected() throws Exception {
        RawPeer stalled = scratch.closing(RawPeer.connect(socket));
        ConnectedClient client = server.awaitClient();
        long before = Memory.used();

        long highest = broadcast(64 * Memory.MIB, client);

        assertThat(highest).isBetween(1L, (long) MAX_QUEUE);
        assertThat(server.await("disconnect").from()).isEqualTo(client);
        // The message that found no room is told, and any that came before the connection was
        // closed for it.
        assertThat(server.all("error"))
                .isNotEmpty()
                .allSatisfy(event ->
                        assertThat(event.error())
                                .isInstanceOfSatisfying(
                                        SendQueueFullException.class,
                                        full -> {
                                            assertThat(full.clientId()).contains(client.id());
                                            assertThat(full.limit()).isEqualTo(MAX_QUEUE);
                                            assertThat(full.sentTopic()).isEqualTo("data");
                                        }));
        assertThat(client.queuedBytes()).isZero();
        assertThat(server.server.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(Memory.used() - before).isLessThan(UNDER_WAY);
        stalled.readToEnd();
    }

    @Test
    void manyStalledReadersCostNoMoreThanOneShareOfTheSameFrames() throws Exception {
        open("drop", Overflow.DROP_OLDEST);
        List<ConnectedClient> stalled = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            scratch.closing(RawPeer.connect(socket));
            stalled.add(server.awaitClient());
        }
        long before = Memory.used();

        broadcast(64 * Memory.MIB, stalled.get(0));

        for (ConnectedClient client : stalled) {
            assertThat(client.queuedBytes()).isBetween(MAX_QUEUE / 2L, (long) MAX_QUEUE);
        }
        assertThat(server.server.stats().drops()).containsKey(DropReason.DROPPED_OLDEST);
        assertThat(server.server.clients()).containsAll(stalled);
        assertThat(Memory.used() - before).isLessThan(MAX_QUEUE + 2 * UNDER_WAY);
    }

    @Test
    void aStalledReaderKeepsItsConnectionWhereMessagesAreRefused() throws Exception {
        open("refuse", Overflow.REFUSE);
        RawPeer stalled = scratch.closing(RawPeer.connect(socket));
        ConnectedClient client = server.awaitClient();

        int accepted = 0;
        while (client.send("data", "x".repeat(10_000))) {
            accepted++;
        }

        assertThat(client.queuedBytes()).isLessThanOrEqualTo(MAX_QUEUE);
        assertThat(server.next("error").error()).isInstanceOf(SendQueueFullException.class);
        for (int i = 0; i < accepted; i++) {
            stalled.readFrame();
        }
        assertThat(client.send("after", 1)).isTrue();
        assertThat(stalled.readFrame()).contains("after");
    }

    /** Broadcasts as fast as the witness reads; returns the most that was queued for {@code stalled}. */
    private long broadcast(long bytes, ConnectedClient stalled) {
        String data = "x".repeat(64 * 1024);
        long highest = 0;
        for (long sent = 0; sent < bytes; sent += data.length()) {
            server.server.broadcast("data", data);
            highest = Math.max(highest, stalled.queuedBytes());
            Awaitility.await()
                    .atMost(EventLog.DEADLINE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> witnessed.queuedBytes() < MAX_QUEUE / 2);
        }
        assertThat(witness.others()).isPositive();
        return highest;
    }

    @Test
    void aClientThatSendsFasterThanListenersReadHasToWait() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        RecordedServer slow =
                scratch.unstartedServer(
                        scratch.socket("slow"),
                        builder -> builder.maxMessageBytes(MAX_MESSAGE).maxPendingMessages(16));
        slow.server.on("flood", (payload, client) -> awaitUninterruptibly(blocked));
        slow.listen();
        RawPeer peer = scratch.closing(RawPeer.connect(scratch.socket("slow")));
        long before = Memory.used();

        byte[] message =
                RawPeer.utf8(
                        "{\"topic\":\"flood\",\"message\":\"" + "x".repeat(10_000) + "\"}\0\0");
        RawPeer.Flood flood = peer.flood(message, 2000);

        assertThat(Memory.used() - before).isLessThan(UNDER_WAY);
        blocked.countDown();
        peer.write(flood.restBytes());
        for (int i = 0; i <= flood.whole(); i++) {
            assertThat(slow.awaitMessage("flood")).isNotNull();
        }
        assertThat(slow.all("error")).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void forgedTopicsAreOnlyTopics() throws Exception { // IPC 5
        RawPeer peer = scratch.closing(RawPeer.connect(socket));
        server.awaitClient();

        List<String> frames =
                Arrays.asList(
                        "{\"topic\":5,\"message\":1}",
                        "{\"topic\":true,\"message\":1}",
                        "{\"topic\":null,\"message\":1}",
                        "{\"message\":1}",
                        "{}",
                        "{\"topic\":\"a\",\"topic\":\"b\",\"clientId\":\"x\",\"message\":0,\"message\":1}",
                        " \t\r\n{ \"message\" : 1 , \"topic\" : \"c\" } ");
        for (String frame : frames) {
            peer.write(frame, "\0\0");
        }

        List<String> topics = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            topics.add(server.next("message").topic());
        }
        assertThat(topics).containsExactly("5", "true", "none", "none", "none", "b", "c");
        assertThat(Set.copyOf(server.server.clients())).hasSize(2);
    }

    private DecodeException assertDecodeError(ConnectedClient client) {
        Event error = server.next("error");
        assertThat(error.error()).isInstanceOf(DecodeException.class);
        DecodeException decode = (DecodeException) error.error();
        assertThat(decode.clientId()).contains(client.id());
        assertThat(decode.errorName()).isEqualTo("DecodeError");
        assertThat(decode.rawData().length()).isLessThanOrEqualTo(1024);
        Event gone = server.next("disconnect");
        assertThat(gone.from()).isEqualTo(client);
        assertThat(gone.detail()).isInstanceOf(CloseReason.Failed.class);
        return decode;
    }
}
