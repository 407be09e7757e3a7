package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.StubLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Connection without a network: input chunks and the resulting events, on one thread. */
final class ConnectionHarness {

    final List<String> events = new ArrayList<>();
    final List<@Nullable Object> data = new ArrayList<>();
    final SocketEvents socket;
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final StubLink link = new StubLink(loop);
    private final SocketConnection connection;

    ConnectionHarness(SocketServer.Builder options) {
        DefaultSocketServer server = (DefaultSocketServer)
                options.dispatch(Dispatch.on(Runnable::run)).build();
        socket = new SocketEvents(server, server.errors);
        socket.errors().on(error -> events.add("error " + error.getMessage()));
        socket.onDisconnect(
                reason -> events.add("disconnect " + reason.getClass().getSimpleName()));
        connection = new SocketConnection(server, link, socket, reason -> {});
        link.notifying(connection);
    }

    /** Creates a harness with an untyped listener. */
    static ConnectionHarness values(SocketServer.Builder options) {
        ConnectionHarness harness = new ConnectionHarness(options);
        harness.socket.onData(value -> {
            harness.data.add(value);
            harness.events.add(ValueFormat.of(value));
        });
        return harness;
    }

    static SocketServer.Builder framed(DataType type) {
        return SocketServer.builder(0).receive(type).framed();
    }

    static SocketServer.Builder raw(DataType type) {
        return SocketServer.builder(0).receive(type);
    }

    ConnectionHarness chunk(String hex) {
        return chunk(hex(hex));
    }

    ConnectionHarness chunk(byte[] bytes) {
        if (link.reason() == null) {
            connection.frame(link, Frame.of(bytes));
            loop.runReady();
        }
        return this;
    }

    /** Ends the input and then the connection. */
    ConnectionHarness end() {
        if (link.reason() == null) {
            connection.inputEnded(link);
            loop.runReady();
            link.close(new CloseReason.Remote(0, ""));
        }
        loop.runReady();
        return this;
    }

    /** Feeds a stream whole, byte by byte and in every two parts, and asserts equal events. */
    static List<String> everyChunking(Supplier<ConnectionHarness> fresh, String hex) {
        byte[] stream = hex(hex);
        List<String> whole = fresh.get().chunk(stream).end().events;
        ConnectionHarness single = fresh.get();
        for (byte b : stream) {
            single.chunk(new byte[] {b});
        }
        assertThat(single.end().events).isEqualTo(whole);
        for (int cut = 1; cut < stream.length; cut++) {
            ConnectionHarness parts = fresh.get();
            parts.chunk(Arrays.copyOfRange(stream, 0, cut));
            parts.chunk(Arrays.copyOfRange(stream, cut, stream.length));
            assertThat(parts.end().events).as("cut at %s", cut).isEqualTo(whole);
        }
        return whole;
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
