package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.Checklist;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The npm host module, as far as it works: raw unsigned shorts both ways, arrays of wider numbers from it. */
class SocketNpmInteropTest {

    @RegisterExtension
    final Typed typed = new Typed();

    private PeerProcess npm(Object... options) {
        return typed.keep(PeerProcess.script("socket-npm.js", options));
    }

    @Test
    @Checklist({"AS 3", "AS 28"})
    void npmServerEchoesUnsignedShorts() {
        PeerProcess server = npm(
                "role",
                "server",
                "answer",
                true,
                "rawBytes",
                true,
                "sendType",
                "unsignedshort",
                "receiveType",
                "unsignedshort");
        int port = (Integer) server.next("ready").get("port");
        SocketClient client = typed.connected(SocketClient.builder(Typed.HOST, port)
                .send(DataType.UNSIGNED_SHORT)
                .receive(DataType.UNSIGNED_SHORT));
        server.next("connection");
        client.sendInts(-1, 0, 1, 65535, 65536, 2);
        for (int expected : new int[] {65535, 0, 1, 65535, 0, 2}) {
            assertThat(server.next("data").get("value")).isEqualTo(expected);
        }
        for (String expected : List.of("0", "1", "2", "0", "1", "3")) {
            assertThat(typed.next()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unsignedshort|[-1,0,1,65535,65536,2]|65535 0 1 65535 0 2",
                "short|[-1,32767]|-1 32767",
                "int|[1,-1,2147483647]|1 -1 2147483647",
                "float|[1.1]|1.100000023841858",
                "double|[1.5,-0.25]|1.5 -0.25",
                "number|[3]|3.0",
            })
    @Checklist({"AS 6", "AS 28"})
    void npmClientSendsArrays(String type, String array, String inJava) {
        SocketServer server = typed.listening(
                SocketServer.builder(Typed.HOST, 0).receive(type).send("unsignedshort"));
        PeerProcess client =
                npm("role", "client", "port", server.port(), "rawBytes", true, "sendType", type, "receiveType", type);
        client.await("open");
        client.command("send", "value", numbers(array));
        for (String expected : inJava.split(" ", -1)) {
            assertThat(typed.next()).isEqualTo(expected);
        }
        typed.accepted().send(7);
        assertThat(client.next("data").get("value")).isEqualTo(7);
    }

    private static List<Double> numbers(String array) {
        return Pattern.compile(",")
                .splitAsStream(array.substring(1, array.length() - 1))
                .map(Double::valueOf)
                .toList();
    }

    @Test
    @Checklist("AS 45")
    void npmClientCloseIsDisconnect() {
        SocketServer server = typed.listening(SocketServer.builder(Typed.HOST, 0));
        PeerProcess client = npm("role", "client", "port", server.port(), "rawBytes", true, "sendType", "short");
        client.await("open");
        typed.accepted();
        client.command("close");
        assertThat(typed.next()).isEqualTo("close");
    }
}
