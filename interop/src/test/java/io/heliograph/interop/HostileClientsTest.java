package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Server with clients that violate the protocol: each violation is reported and its client disconnected, memory stays within the
 * limits, and other clients are unaffected.
 */
class HostileClientsTest extends WitnessedServer {

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
                .map(UnixPeer::utf8);
    }

    @ParameterizedTest
    @MethodSource("framesThatAreNoMessages")
    @Checklist({"IPC 14", "IPC 15"})
    void malformedFrameClosesConnectionAfterEarlierMessages(byte[] frame) throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
        IpcConnection client = server.awaitClient();

        String text = new String(frame, StandardCharsets.UTF_8);
        peer.write("{\"topic\":\"before\",\"message\":1}\0\0", text, "\0\0{\"topic\":\"after\",\"message\":2}\0\0");

        assertThat(server.next("message").topic()).isEqualTo("before");
        assertDecodeError(client);
        assertThat(peer.readToEnd()).isZero();
        assertThat(server.all("message")).hasSize(1);
        assertThat(server.server.stats().drops()).containsEntry(DropReason.DECODE_ERROR, 1L);
    }

    @Test
    @Checklist("IPC 14")
    void invalidUtf8ClosesConnection() throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
        IpcConnection client = server.awaitClient();

        peer.write((byte) 0xff, (byte) 0xfe, (byte) 0xc0, (byte) 0x80, (byte) 0, (byte) 0);

        assertDecodeError(client);
        assertThat(peer.readToEnd()).isZero();
    }

    @Test
    void malformedCharactersInStringAreReplaced() throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
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
    @Checklist("IPC 14")
    void deepNestingClosesConnection() throws Exception {
        String open = "[".repeat(100_000);
        String close = "]".repeat(100_000);
        String objects = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        for (String value : List.of(open + close, open, objects)) {
            UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
            IpcConnection client = server.awaitClient();

            peer.write("{\"topic\":\"deep\",\"message\":", value, "}\0\0");

            assertDecodeError(client);
            peer.readToEnd();
        }
        assertThat(server.all("message")).isEmpty();
    }

    @Test
    void nestingUpToTheLimitIsDelivered() throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
        server.awaitClient();

        peer.write("{\"topic\":\"deep\",\"message\":", "[".repeat(900), "]".repeat(900), "}\0\0");

        assertThat(server.next("message").value()).isInstanceOf(List.class);
    }

    @Test
    @Checklist("IPC 16")
    void unterminatedMessageClosesConnectionAtLimit() throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
        IpcConnection client = server.awaitClient();
        long before = Memory.used();

        peer.write("{\"topic\":\"endless\",\"message\":\"");
        long written = peer.writeUntilRefused(UnixPeer.utf8("x".repeat(64 * 1024)), 64 * Memory.MIB);

        assertThat(written).isLessThan(MAX_MESSAGE + IN_FLIGHT);
        assertThat(assertDecodeError(client).getMessage()).contains("endless").contains(String.valueOf(MAX_MESSAGE));
        assertThat(Memory.used() - before).isLessThan(MAX_MESSAGE + IN_FLIGHT);
    }

    @Test
    @Checklist("IPC 16")
    void incompleteFramesTakeMemoryOfTheirBytesOnly() throws Exception {
        long before = Memory.used();
        int count = 50;
        byte[] part = UnixPeer.utf8("{\"topic\":\"t\",\"message\":\"" + "x".repeat(200_000));
        List<UnixPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
            server.awaitClient();
            peer.write(part);
            peers.add(peer);
        }
        witness.assertUndisturbed();

        // An array that grows by doubling takes at most twice its bytes.
        assertThat(Memory.used() - before).isLessThan(2L * count * part.length + IN_FLIGHT);
        for (UnixPeer peer : peers) {
            peer.write("\"}\0\0");
            server.awaitMessage("t");
        }
    }

    @Test
    @Checklist("IPC 8")
    void slowSenderDoesNotDelayOthers() throws Exception {
        byte[] frame = UnixPeer.utf8("{\"topic\":\"slow\",\"message\":1}\0\0");
        List<UnixPeer> peers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            peers.add(scratch.closing(UnixPeer.connect(socket)));
            server.awaitClient();
        }

        for (byte one : frame) {
            for (UnixPeer peer : peers) {
                peer.write(one);
            }
            witness.assertUndisturbed();
        }

        for (int i = 0; i < peers.size(); i++) {
            server.awaitMessage("slow");
        }
    }

    @Test
    @Checklist({"IPC 10", "IPC 34", "IPC 52"})
    void silentAndHalfOpenConnectionsAreTolerated() throws Exception {
        UnixPeer silent = scratch.closing(UnixPeer.connect(socket));
        IpcConnection quiet = server.awaitClient();
        UnixPeer halfOpen = scratch.closing(UnixPeer.connect(socket));
        IpcConnection half = server.awaitClient();

        halfOpen.write("{\"topic\":\"whole\",\"message\":1}\0\0{\"topic\":\"part");
        halfOpen.end();

        assertThat(server.next("message").topic()).isEqualTo("whole");
        assertThat(halfOpen.readToEnd()).isZero();
        Event gone = server.next("disconnect");
        assertThat(gone.from()).isEqualTo(half);
        assertThat(gone.detail()).isInstanceOf(CloseReason.Remote.class);
        assertThat(server.server.connections()).contains(quiet);
        quiet.send("still", 1);
        assertThat(silent.readFrame()).contains("still");
    }

    @Test
    @Checklist("IPC 5")
    void unusualTopicsAreOrdinaryTopics() throws Exception {
        UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
        server.awaitClient();

        List<String> frames = Arrays.asList(
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
        assertThat(Set.copyOf(server.server.connections())).hasSize(2);
    }

    private DecodeException assertDecodeError(IpcConnection client) {
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
