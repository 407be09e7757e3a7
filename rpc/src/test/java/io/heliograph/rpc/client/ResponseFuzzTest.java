package io.heliograph.rpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.testkit.StubLink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.helpers.NOPLogger;

/** Arbitrary text and binary messages from a server: the client continues, and its calls complete. */
class ResponseFuzzTest {

    private static final CallOptions NO_LIMIT = CallOptions.timeout(Duration.ZERO);

    @FuzzTest(maxDuration = "60s")
    void arbitraryResponsesAreHandled(byte[] bytes) {
        check(RpcCodec.JSON, Frame.of(bytes).asText());
        check(RpcCodec.MSGPACK, Frame.of(bytes));
    }

    private static void check(RpcCodec codec, Frame message) {
        ClientOptions options = new ClientOptions(new Address.Tcp("fuzz", 1), "/");
        options.dispatch = Dispatch.direct();
        options.codec = codec;
        ClientCore core = new ClientCore(options, NOPLogger.NOP_LOGGER);
        StubLink link = new StubLink();
        core.attach(link.loop());
        ClientConnection connection = new ClientConnection(core, link, reason -> core.ready(null));
        core.ready(connection);
        core.events.on("e", event -> event.args().forEach(ResponseFuzzTest::read));
        core.events.on("e", event -> read(event.params()));
        List<CompletableFuture<?>> calls = List.of(
                connection.call("m", false, null, Object.class, NO_LIMIT),
                connection.call("m", false, null, int[].class, NO_LIMIT),
                connection.call("m", false, null, Payload.class, NO_LIMIT));

        connection.frame(link, message);

        CompletableFuture<Payload> witness = connection.call("m", false, null, Payload.class, NO_LIMIT);
        connection.frame(link, Frame.utf8("{\"result\":\"here\",\"id\":4}").asText());
        assertThat(witness.join().value()).isEqualTo("here");
        connection.closed(link, new CloseReason.Local());
        assertThat(calls).allMatch(CompletableFuture::isDone);
    }

    private static void read(Payload payload) {
        payload.value();
    }
}
