package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.EventStream;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Primitive arrays and streams. */
class DecoderTest {

    private static String decodedAs(DataType type, Class<?> array, String bytes) {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.framed(type));
        List<String> seen = new ArrayList<>();
        harness.socket.onData(TypeRef.of(array), value -> seen.add(ValueFormat.of(value)));
        harness.chunk(String.format("%02x", ConnectionHarness.hex(bytes).length) + bytes);
        return String.join(" ", seen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BYTE|80ff|bytes 80ff|short[-128, -1]|int[-128, -1]|long[-128, -1]||double[-128.0, -1.0]",
                "UNSIGNED_BYTE|80ff|bytes 80ff|short[128, 255]|int[128, 255]|long[128, 255]||double[128.0, 255.0]",
                "SHORT|8000ffff||short[-32768, -1]|int[-32768, -1]|long[-32768, -1]||double[-32768.0, -1.0]",
                "UNSIGNED_SHORT|8000ffff|||int[32768, 65535]|long[32768, 65535]||double[32768.0, 65535.0]",
                "INT|80000000|||int[-2147483648]|long[-2147483648]||double[-2.147483648E9]",
                "UNSIGNED_INT|ffffffff||||long[4294967295]||double[4.294967295E9]",
                "LONG|8000000000000000||||long[-9223372036854775808]||",
                "FLOAT|3fc00000|||||float[1.5]|double[1.5]",
                "DOUBLE|3ff8000000000000||||||double[1.5]",
                "NUMBER|3ff8000000000000||||||double[1.5]",
            })
    void arrayTypesHoldingEveryValueAreSupported(
            DataType type, String bytes, String b, String s, String i, String l, String f, String d) {
        Class<?>[] arrays = {byte[].class, short[].class, int[].class, long[].class, float[].class, double[].class};
        String[] expected = {b, s, i, l, f, d};
        for (int at = 0; at < arrays.length; at++) {
            Class<?> array = arrays[at];
            if (expected[at] == null) {
                assertThatThrownBy(() -> decodedAs(type, array, bytes))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageEndingWith("(expected: a type that holds every "
                                + type.typeName()
                                + ", the receive type of this socket)");
            } else {
                assertThat(decodedAs(type, array, bytes)).isEqualTo(expected[at]);
            }
        }
    }

    @Test
    void otherTypesAreRejected() {
        assertThatThrownBy(() -> decodedAs(DataType.INT, String.class, "00000000"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> decodedAs(DataType.STRING, byte[].class, "00"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> decodedAs(DataType.IMAGE, String.class, "00"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rawArraysHoldAvailableElements() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.raw(DataType.INT));
        harness.socket.onData(TypeRef.of(int[].class), value -> harness.events.add(ValueFormat.of(value)));
        harness.chunk("00000001 00000002 0000").chunk("0003 00000004").end();
        assertThat(harness.events).containsExactly("int[1, 2]", "int[3, 4]", "disconnect Remote");
    }

    @Test
    void listenersDoNotShareArrays() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.framed(DataType.INT));
        List<int[]> seen = new ArrayList<>();
        harness.socket.onData(TypeRef.of(int[].class), seen::add);
        harness.socket.onData(TypeRef.of(int[].class), seen::add);
        harness.chunk("04 00000001");
        assertThat(seen.get(0)).isEqualTo(seen.get(1)).isNotSameAs(seen.get(1));
    }

    @Test
    void megabytesOfDoublesAreEchoedUnderBackpressure() throws Exception {
        try (SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                        .receive(DataType.DOUBLE)
                        .send(DataType.DOUBLE)
                        .maxPendingMessages(4)
                        .linger(Duration.ofSeconds(1))
                        .build();
                SocketClient client = SocketClient.builder(RawPeer.HOST, portOf(server))
                        .receive(DataType.DOUBLE)
                        .send(DataType.DOUBLE)
                        .maxPendingMessages(4)
                        .linger(Duration.ofSeconds(1))
                        .build()) {
            EventStream<double[]> back = client.doubles();
            Await.value(client.connect());
            double[] sent = new Random(7).doubles(1_000_000).toArray();
            assertThat(client.sendDoubles(sent)).isTrue();
            int at = 0;
            while (at < sent.length) {
                for (double value : back.next(Duration.ofSeconds(20))) {
                    assertThat(value).isEqualTo(sent[at++]);
                }
            }
        }
    }

    private static int portOf(SocketServer echo) {
        echo.onConnection(socket -> {
            EventStream<double[]> batches = socket.doubles();
            Thread.ofVirtual().start(() -> batches.forEach(socket::sendDoubles));
        });
        Await.value(echo.listen());
        return echo.port();
    }

    @Test
    void streamsEndWithTheirSocket() throws Exception {
        CompletableFuture<Socket> accepted = new CompletableFuture<>();
        try (SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                .linger(Duration.ofSeconds(1))
                .build()) {
            CompletableFuture<EventStream<String>> text = new CompletableFuture<>();
            server.onConnection(socket -> {
                text.complete(socket.text());
                accepted.complete(socket);
            });
            Await.value(server.listen());
            try (RawPeer peer = RawPeer.connect(server.port())) {
                peer.send("61").end();
                StringBuilder all = new StringBuilder();
                Await.value(text).forEach(all::append);
                assertThat(all).hasToString("a");
                assertThat(Await.value(accepted).data().iterator().hasNext()).isFalse();
            }
        }
    }
}
