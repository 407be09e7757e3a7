package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.socket.DataType;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.Checklist;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Typed sockets of ours and a peer that was written from the byte layout on Node's net module, in both roles. */
class SocketNodeInteropTest {

    @RegisterExtension
    final Typed typed = new Typed();

    private PeerProcess peer(Object... options) {
        return typed.keep(PeerProcess.script("socket-peer.js", options));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "byte|-128,-1,0,127|[-128, -1, 0, 127]",
                "unsignedbyte|0,128,255|[0, 128, 255]",
                "short|-32768,-1,32767|[-32768, -1, 32767]",
                "unsignedshort|0,32768,65535|[0, 32768, 65535]",
                "int|-2147483648,2147483647|[-2147483648, 2147483647]",
                "unsignedint|0,4294967295|[0, 4294967295]",
                "long|-9223372036854775808,9223372036854775807|[-9223372036854775808, 9223372036854775807]",
                "float|1.5,-0.25|[1.5, -0.25]",
                "double|0.1,1.7976931348623157e+308|[0.1, 1.7976931348623157E308]",
                "number|-1.1,5e-324|[-1.1, 4.9E-324]",
            })
    @Checklist({"AS 3", "AS 6", "AS 7", "AS 8", "AS 26"})
    void numbersOfEveryTypeTravelBothWays(String type, String values, String inJava) {
        List<String> sent = List.of(values.split(","));
        for (boolean framed : new boolean[] {true, false}) {
            SocketServer server = typed.listening(SocketServer.builder(Typed.HOST, 0)
                    .receive(type)
                    .send(type)
                    .emitBatchDataAsAvailable(true)
                    .rawBytes(!framed));
            PeerProcess node = peer("role", "client", "port", server.port(), "framed", framed, "type", type);
            Socket socket = typed.accepted();
            node.await("connection");
            node.command("values", "type", type, "values", sent);
            assertThat(typed.next()).isEqualTo(inJava);
            Object array = switch (type) {
                case "float", "double", "number" ->
                    sent.stream().mapToDouble(Double::parseDouble).toArray();
                default -> sent.stream().mapToLong(Long::parseLong).toArray();
            };
            assertThat(socket.send(array)).isTrue();
            assertThat(node.await("message").get("values")).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 253, 254, 255, 256, 65_535, 65_536, 1_048_576})
    @Checklist({"AS 14", "AS 24"})
    void stringsOfEveryLengthTravelBothWays(int length) {
        PeerProcess node = peer("role", "server", "framed", true, "type", "string");
        int port = (Integer) node.next("ready").get("port");
        SocketClient client =
                typed.connected(SocketClient.builder(Typed.HOST, port).framed());
        node.next("connection");
        client.send("a".repeat(length));
        assertThat(node.next("message").get("length")).isEqualTo(length);
        node.command("fill", "length", length);
        assertThat(typed.next()).isEqualTo("a".repeat(length));
        node.command("text", "text", "é€😀");
        assertThat(typed.next()).isEqualTo("é€😀");
        client.send("é€😀");
        assertThat(node.next("message").get("text")).isEqualTo("é€😀");
    }

    @Test
    @Checklist({"AS 19", "AS 20", "AS 22"})
    void chunkedMessagesOfNodeAreReassembled() {
        SocketServer server =
                typed.listening(SocketServer.builder(Typed.HOST, 0).framed());
        PeerProcess node = peer("role", "client", "port", server.port(), "framed", true, "type", "string");
        node.await("connection");
        for (String piece : List.of("02", "6162", "0263", "64026566ff0000", "0002", "6768", "00")) {
            node.command("hex", "hex", piece);
        }
        for (String expected : List.of("ab", "cd", "ef", "gh", "")) {
            assertThat(typed.next()).isEqualTo(expected);
        }
    }

    @Test
    @Checklist({"AS 45", "AS 55"})
    void eachSideReportsEndOfOther() {
        SocketServer server =
                typed.listening(SocketServer.builder(Typed.HOST, 0).send(DataType.BYTE));
        PeerProcess node = peer("role", "client", "port", server.port(), "type", "byte");
        typed.accepted().send(1);
        node.await("message");
        node.command("end");
        assertThat(typed.next()).isEqualTo("close");
        PeerProcess other = peer("role", "client", "port", server.port(), "type", "byte");
        other.await("connection");
        typed.accepted();
        server.close();
        other.await("end");
        assertThat(typed.next()).isEqualTo("close");
    }

    @Test
    @Checklist("AS 57")
    void destroyedConnectionOfNodeIsReported() {
        SocketServer server = typed.listening(SocketServer.builder(Typed.HOST, 0));
        PeerProcess node = peer("role", "client", "port", server.port(), "type", "string");
        node.await("connection");
        typed.accepted();
        node.command("destroy");
        assertThat(typed.next()).isIn("close", "error");
    }
}
