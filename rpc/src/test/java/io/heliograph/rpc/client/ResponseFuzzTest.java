package io.heliograph.rpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.testkit.ManualNetwork;
import io.heliograph.testkit.StubLink;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.unix.ServerCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Arbitrary text and binary messages from a server: the client continues, and its calls complete. */
class ResponseFuzzTest {

    private static final CallOptions NO_LIMIT = CallOptions.timeout(Duration.ZERO);

    @FuzzTest(maxDuration = "60s")
    void arbitraryResponsesAreHandled(byte[] bytes) {
        check(RpcCodec.JSON, Frame.of(bytes).asText());
        check(RpcCodec.MSGPACK, Frame.of(bytes));
    }

    private static ClientOptions options(RpcCodec codec, StubLink link) {
        return new ClientOptions(
                EndpointOptions.DEFAULTS
                        .withDispatch(Dispatch.direct())
                        .withTransport(new ManualNetwork().transport(), link.loop()),
                new ClientOptions.Target.Plain(new Address.Tcp("fuzz", 1), "/", null, ServerCheck.defaults()),
                new ClientOptions.Reconnecting(false, Delay.fixed(Duration.ofSeconds(1)), 1),
                new ClientOptions.Calls(codec, null, null, NO_LIMIT, 100, false, true),
                Overflow.REFUSE,
                Duration.ofSeconds(1));
    }

    private static void check(RpcCodec codec, Frame message) {
        StubLink link = new StubLink();
        ClientCore core = new ClientLifecycle(options(codec, link)).core;
        core.lifecycle.connect();
        ClientConnection connection = new ClientConnection(core, link, reason -> core.ready(null));
        core.ready(connection);
        core.events.on("e", event -> event.args().forEach(ResponseFuzzTest::read));
        core.events.on("e", event -> read(event.params()));
        List<CompletableFuture<?>> calls = List.of(
                core.calls.call(connection, "m", false, null, Object.class, NO_LIMIT),
                core.calls.call(connection, "m", false, null, int[].class, NO_LIMIT),
                core.calls.call(connection, "m", false, null, Payload.class, NO_LIMIT));

        connection.frame(link, message);

        CompletableFuture<Payload> witness = core.calls.call(connection, "m", false, null, Payload.class, NO_LIMIT);
        connection.frame(link, Frame.utf8("{\"result\":\"here\",\"id\":4}").asText());
        assertThat(witness.join().value()).isEqualTo("here");
        connection.closed(link, new CloseReason.Local());
        assertThat(calls).allMatch(CompletableFuture::isDone);
    }

    private static void read(Payload payload) {
        payload.value();
    }
}
