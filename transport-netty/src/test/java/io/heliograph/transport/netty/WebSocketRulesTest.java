package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketEncoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the Autobahn test suite for an echoing WebSocket, from bytes; numbers are those of its case families. In both
 * roles.
 */
class WebSocketRulesTest {

    /** The side under test. */
    enum Role {
        SERVER,
        CLIENT
    }

    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8a;
    private static final WebSocketOptions OPTIONS = WebSocketOptions.defaults()
            .withMaxMessageBytes(1 << 20)
            .withCompression(new WebSocketOptions.Compression(1, 6));

    private final Sockets sockets = new Sockets(Engine.choose(null));

    @AfterEach
    void close() {
        sockets.close();
    }

    /** Sends back what comes. */
    private static final class Echo extends RecordingHandler {
        @Override
        public void frame(Link link, Frame frame) {
            link.send(frame);
        }
    }

    private WebSocketPeer peer(Role role) throws IOException {
        return peer(role, "");
    }

    private WebSocketPeer peer(Role role, String extensions) throws IOException {
        if (role == Role.SERVER) {
            HttpPort port =
                    HttpPort.listen(sockets.transport, HttpPort.ANY, HttpOptions.defaults(), OPTIONS, Echo::new);
            return WebSocketPeer.client(port.port(), extensions);
        }
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            WebSocketTarget target = WebSocketTarget.of(
                    URI.create("ws://127.0.0.1:" + listening.getLocalPort() + "/"), Optional.empty());
            Thread.ofVirtual().start(() -> HttpPort.connect(sockets.transport, target, OPTIONS, new Echo()));
            return WebSocketPeer.server(listening, extensions);
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] code(int code, String text) {
        byte[] words = text.getBytes(UTF_8);
        return ByteBuffer.allocate(2 + words.length)
                .putShort((short) code)
                .put(words)
                .array();
    }

    /** Sends frames, and checks that each comes back as {@code answers} say, and the end in order. */
    private void echoes(Role role, List<String> answers, Framed... frames) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            for (Framed each : frames) {
                peer.raw(each.bytes(peer));
            }
            for (String answer : answers) {
                assertThat(peer.next()).isEqualTo(answer);
            }
            peer.raw(peer.frame(CLOSE, code(1000, "done")));
            assertThat(peer.next()).isEqualTo("close:1000done");
            if (role == Role.SERVER) {
                assertThat(peer.next()).isEqualTo("end");
            }
        }
    }

    /** Sends frames after a good message, which must come back, and checks that the connection is failed with a code. */
    private void fails(Role role, int code, Framed... frames) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            peer.raw(peer.frame(TEXT, "good"));
            for (Framed each : frames) {
                peer.raw(each.bytes(peer));
            }
            assertThat(peer.rest()).containsExactly("text:good", "close:" + code);
            assertThat(peer.next()).isEqualTo("end");
        }
    }

    /** Makes the bytes of a frame for a peer. */
    @FunctionalInterface
    private interface Framed {
        byte[] bytes(WebSocketPeer peer);
    }

    private static Framed frame(int first, String payload) {
        return peer -> peer.frame(first, payload);
    }

    private static Framed frame(int first, byte[] payload) {
        return peer -> peer.frame(first, payload);
    }

    // 1.1, 1.2
    @ParameterizedTest
    @EnumSource
    void messagesOfEverySizeAreEchoed(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            for (int size : new int[] {0, 125, 126, 127, 128, 65535, 65536}) {
                String text = "*".repeat(size);
                peer.raw(peer.frame(TEXT, text));
                assertThat(peer.next()).isEqualTo("text:" + text);
                byte[] bytes = new byte[size];
                Arrays.fill(bytes, (byte) 0xfe);
                peer.raw(peer.frame(BINARY, bytes));
                assertThat(peer.next()).isEqualTo("binary:" + "fe".repeat(size));
            }
        }
    }

    // 1.1.8, 2.6: in the smallest pieces
    @ParameterizedTest
    @EnumSource
    void framesMayArriveByteByByte(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            peer.socket.setTcpNoDelay(true);
            byte[] message = peer.frame(TEXT, "byte by byte");
            byte[] ping = peer.frame(PING, "p");
            for (byte[] frame : List.of(message, ping, message)) {
                for (byte each : frame) {
                    peer.raw(new byte[] {each});
                }
            }
            // A pong may overtake a message.
            assertThat(List.of(peer.next(), peer.next(), peer.next()))
                    .containsExactlyInAnyOrder("text:byte by byte", "pong:p", "text:byte by byte");
        }
    }

    // 2.1 to 2.4
    @ParameterizedTest
    @EnumSource
    void pingIsAnsweredWithItsPayload(Role role) throws IOException {
        echoes(role, List.of("pong:"), frame(PING, ""));
        echoes(role, List.of("pong:Hello"), frame(PING, "Hello"));
        echoes(role, List.of("pong:" + "x".repeat(125)), frame(PING, "x".repeat(125)));
    }

    // 2.5
    @ParameterizedTest
    @EnumSource
    void pingTooLongIsRejected(Role role) throws IOException {
        fails(role, 1002, frame(PING, "x".repeat(126)));
    }

    // 2.7 to 2.9
    @ParameterizedTest
    @EnumSource
    void unsolicitedPongIsIgnored(Role role) throws IOException {
        echoes(role, List.of("pong:p"), frame(PONG, ""), frame(PONG, "x"), frame(PING, "p"));
    }

    // 2.10, 2.11: only the newest ping needs an answer
    @ParameterizedTest
    @EnumSource
    void lastOfManyPingsIsAnswered(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            byte[][] pings = new byte[11][];
            for (int i = 0; i < 10; i++) {
                pings[i] = peer.frame(PING, "payload-" + i);
            }
            pings[10] = peer.frame(TEXT, "after");
            peer.frames(pings);
            String last = "";
            for (String next = peer.next(); !next.equals("text:after"); next = peer.next()) {
                assertThat(next).startsWith("pong:payload-");
                last = next;
            }
            assertThat(last).isEqualTo("pong:payload-9");
        }
    }

    // 3.1 to 3.7
    @ParameterizedTest
    @EnumSource
    void reservedBitsAreRejected(Role role) throws IOException {
        for (int bits : new int[] {0x40, 0x20, 0x10, 0x30, 0x70}) {
            fails(role, 1002, frame(TEXT | bits, "x"));
        }
        fails(role, 1002, frame(PING | 0x40, "x"));
        fails(role, 1002, frame(CLOSE | 0x70, ""));
    }

    // 4.1, 4.2
    @ParameterizedTest
    @EnumSource
    void undefinedOpcodesAreRejected(Role role) throws IOException {
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            fails(role, 1002, frame(0x80 | opcode, opcode % 2 == 0 ? "" : "x"));
        }
    }

    // 5.1, 5.2
    @ParameterizedTest
    @EnumSource
    void fragmentedControlFramesAreRejected(Role role) throws IOException {
        fails(role, 1002, frame(0x09, "frag"), frame(0x80, "ment"));
        fails(role, 1002, frame(0x0a, "frag"), frame(0x80, "ment"));
    }

    // 5.3 to 5.8, 5.19, 5.20
    @ParameterizedTest
    @EnumSource
    void fragmentsAreJoinedAroundControlFrames(Role role) throws IOException {
        echoes(role, List.of("text:fragment"), frame(0x01, "frag"), frame(0x80, "ment"));
        echoes(role, List.of("pong:p", "text:fragment"), frame(0x01, "frag"), frame(PING, "p"), frame(0x80, "ment"));
        echoes(
                role,
                List.of("text:abc", "text:next"),
                frame(0x01, ""),
                frame(0x00, "a"),
                frame(0x00, "b"),
                frame(PONG, "x"),
                frame(0x00, "c"),
                frame(0x80, ""),
                frame(TEXT, "next"));
    }

    // 5.9 to 5.18
    @ParameterizedTest
    @EnumSource
    void misplacedFragmentsAreRejected(Role role) throws IOException {
        fails(role, 1002, frame(0x80, "nothing to go on with"), frame(TEXT, "x"));
        fails(role, 1002, frame(0x00, "nothing to go on with"), frame(TEXT, "x"));
        fails(role, 1002, frame(0x01, "begun"), frame(TEXT, "anew"));
        fails(role, 1002, frame(0x01, "begun"), frame(0x01, "anew"));
        fails(role, 1002, frame(0x02, "begun"), frame(BINARY, "anew"));
    }

    // 6.1, 6.2, 6.5, 6.7, 6.9, 6.11, 6.22, 6.23
    @ParameterizedTest
    @EnumSource
    void splitUtf8TextIsAccepted(Role role) throws IOException {
        String text = "Hello-µ@ßöäüàá-UTF-8!! κόσμε \u0000 \u007f ÿ ߿ ࠀ \uffff 𐀀 \udbff\udfff ﷐ \ufffe";
        byte[] bytes = text.getBytes(UTF_8);
        echoes(role, List.of("text:" + text), frame(TEXT, bytes));
        for (int at = 1; at < bytes.length; at += 7) {
            echoes(
                    role,
                    List.of("text:" + text),
                    frame(0x01, Arrays.copyOf(bytes, at)),
                    frame(0x80, Arrays.copyOfRange(bytes, at, bytes.length)));
        }
    }

    // 6.3, 6.6, 6.8, 6.10, 6.12 to 6.21
    @ParameterizedTest
    @EnumSource
    void invalidUtf8Is1007(Role role) throws IOException {
        for (String bad : new String[] {
            "cebae1bdb9cf83cebcceb5eda080656469746564",
            "c2",
            "e1bd",
            "f888808080",
            "f8",
            "fc8480808080",
            "f5808080",
            "c080",
            "e09fbf",
            "f08fbfbf",
            "eda080",
            "edbfbf",
            "f4908080",
            "80",
            "bf",
            "fe",
            "ff",
            "e28228",
            "61ff62"
        }) {
            fails(role, 1007, frame(TEXT, hex(bad)));
        }
        fails(role, 1007, frame(0x01, hex("cebae1bd")), frame(0x80, hex("ff")));
    }

    // 6.4: noticed before the message is complete
    @ParameterizedTest
    @EnumSource
    void invalidTextFailsAtItsFragment(Role role) throws IOException {
        fails(role, 1007, frame(0x01, hex("f4908080")));
    }

    // 7.1
    @ParameterizedTest
    @EnumSource
    void inputAfterACloseFrameIsIgnored(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            peer.frames(
                    peer.frame(CLOSE, code(1000, "")),
                    peer.frame(TEXT, "too late"),
                    peer.frame(PING, "too late"),
                    peer.frame(CLOSE, code(1001, "")));
            assertThat(peer.rest()).containsExactly("close:1000");
        }
    }

    // 7.1.5
    @ParameterizedTest
    @EnumSource
    void closeFrameWithinAMessageEndsIt(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            peer.frames(peer.frame(0x01, "begun"), peer.frame(CLOSE, code(3000, "x")));
            assertThat(peer.rest()).containsExactly("close:3000x");
        }
    }

    // 7.3, 7.7
    @ParameterizedTest
    @EnumSource
    void closeCodeAndReasonAreEchoed(Role role) throws IOException {
        for (int code :
                new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999}) {
            try (WebSocketPeer peer = peer(role)) {
                peer.raw(peer.frame(CLOSE, code(code, "w\u00f6rds")));
                assertThat(peer.next()).isEqualTo("close:" + code + "w\u00f6rds");
            }
        }
        try (WebSocketPeer peer = peer(role)) {
            peer.raw(peer.frame(CLOSE, ""));
            assertThat(peer.next()).isEqualTo("close");
        }
        try (WebSocketPeer peer = peer(role)) {
            peer.raw(peer.frame(CLOSE, code(1000, "x".repeat(123))));
            assertThat(peer.next()).isEqualTo("close:1000" + "x".repeat(123));
        }
    }

    // 7.3.2, 7.3.6, 7.5, 7.9
    @ParameterizedTest
    @EnumSource
    void invalidCloseFramesAreRejected(Role role) throws IOException {
        fails(role, 1002, frame(CLOSE, "x"));
        fails(role, 1002, frame(CLOSE, code(1000, "x".repeat(124))));
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1100, 2000, 2999, 5000, 65535}) {
            fails(role, 1002, frame(CLOSE, code(code, "")));
        }
        fails(role, 1007, frame(CLOSE, hex("03e8 cebae1bdb9cf83eda080")));
    }

    // 9.1 to 9.8
    @ParameterizedTest
    @EnumSource
    void messageAboveTheLimitIsRejectedByItsHeader(Role role) throws IOException {
        try (WebSocketPeer peer = peer(role)) {
            byte[] largest = new byte[1 << 20];
            peer.raw(peer.frame(BINARY, largest));
            assertThat(peer.next()).isEqualTo("binary:" + "00".repeat(1 << 20));
            for (int from = 0; from < 1 << 20; from += 1 << 14) {
                boolean last = from + (1 << 14) == 1 << 20;
                peer.raw(peer.frame((last ? 0x80 : 0) | (from == 0 ? 2 : 0), new byte[1 << 14]));
            }
            assertThat(peer.next()).hasSize(7 + (2 << 20));
        }
        fails(role, 1009, peer -> peer.frame(BINARY, (1 << 20) + 1, new byte[0]));
        fails(role, 1009, peer -> peer.frame(BINARY, Long.MAX_VALUE, new byte[0]));
        fails(role, 1009, frame(0x02, new byte[1]), peer -> peer.frame(0x80, 1 << 20, new byte[0]));
    }

    // RFC 6455, 5.1
    @ParameterizedTest
    @EnumSource
    void wrongMaskingIsRejected(Role role) throws IOException {
        byte[] wrong = role == Role.SERVER ? hex("81 01 61") : hex("81 81 00000000 61");
        fails(role, 1002, peer -> wrong);
    }

    // 12, 13
    @ParameterizedTest
    @EnumSource
    void compressedMessagesAreEchoedCompressed(Role role) throws IOException {
        String agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        MessageDeflate deflate = new MessageDeflate(1, 9);
        try (WebSocketPeer peer = peer(role, agreed)) {
            for (int size : new int[] {64, 256, 1024, 4096, 65_536, 131_072}) {
                Frame message = Frame.utf8("{\"a\":[1,2,3]}".repeat(size / 10)).asText();
                Frame compressed = deflate.compress(message);
                byte[] payload = compressed.toByteArray();
                int half = payload.length / 2;
                peer.frames(
                        peer.frame(0x41, Arrays.copyOf(payload, half)),
                        peer.frame(PING, ""),
                        peer.frame(0x80, Arrays.copyOfRange(payload, half, payload.length)));
                assertThat(peer.next()).isEqualTo("pong:");
                // Ours compresses at another level.
                String answer = peer.next();
                assertThat(answer).startsWith("c1:");
                assertThat(answer.length() / 2).isLessThan(message.length());
            }
            peer.raw(peer.frame(TEXT, "x")); // plain messages may come still
            assertThat(peer.next()).isIn("text:x", "c1:aa0000");
        }
    }

    // 12, 13: what is agreed upon bounds nothing but the message
    @ParameterizedTest
    @EnumSource
    void messageInflatingBeyondTheLimitIs1009(Role role) throws IOException {
        Frame bomb = new MessageDeflate(1, 9).compress(Frame.of(new byte[100 << 20]));
        assertThat(WebSocketEncoder.server().encodedLength(bomb.length())).isLessThan(200_000);
        try (WebSocketPeer peer =
                peer(role, "permessage-deflate; server_no_context_takeover; client_no_context_takeover")) {
            peer.raw(peer.frame(0xc2, bomb.toByteArray()));
            assertThat(peer.rest()).containsExactly("close:1009");
        }
        try (WebSocketPeer peer =
                peer(role, "permessage-deflate; server_no_context_takeover; client_no_context_takeover")) {
            peer.raw(peer.frame(0xc1, hex("ffffffff")));
            assertThat(peer.rest()).containsExactly("close:1007");
        }
    }
}
