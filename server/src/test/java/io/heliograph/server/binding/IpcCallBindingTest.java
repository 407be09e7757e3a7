package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IpcCallBindingTest {

    @RegisterExtension
    final IpcListener ipc = new IpcListener();

    @Test
    void callIsAnsweredWithItsId() throws Exception {
        Hub hub = ipc.hub();
        hub.procedure("fail", Object.class, (none, call) -> {
            throw CallException.of("PayError", "3 missing").code(-7).data(Map.of("missing", 3));
        });
        hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("secret");
        });
        hub.procedure("nothing", Object.class, (none, call) -> null);
        RawIpcClient client = ipc.client();
        client.send(
                "{\"topic\":\"#call\",\"message\":{\"id\":\"x\",\"procedure\":\"sum\",\"data\":{\"a\":2,\"b\":3}}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":\"x\",\"data\":5}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"data\":[2,3],\"procedure\":\"sum\",\"id\":9007199254740993}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":9007199254740993,\"data\":5}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"nothing\"}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":null}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":2,\"procedure\":\"fail\"}}");
        assertThat(client.next())
                .isEqualTo(
                        "{\"topic\":\"#reply\",\"message\":{\"id\":2,\"error\":{\"name\":\"PayError\",\"message\":\"3 missing\","
                                + "\"code\":-7,\"data\":{\"missing\":3}}}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":3,\"procedure\":\"boom\"}}");
        assertThat(client.next())
                .isEqualTo(
                        "{\"topic\":\"#reply\",\"message\":{\"id\":3,\"error\":{\"name\":\"Error\",\"message\":\"the procedure"
                                + " has failed\",\"code\":-32000}}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":4,\"procedure\":\"sum\",\"data\":\"x\"}}");
        assertThat(client.next()).contains("\"id\":4,\"error\":{\"name\":\"InvalidArgumentsError\"");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":5,\"procedure\":\"nosuch\"}}");
        assertThat(client.next()).contains("\"id\":5,\"error\":{\"name\":\"ProcedureNotFoundError\"");
    }

    @Test
    void procedureThatARuleHidesIsUnknown() throws Exception {
        ipc.hub(Hub.builder(), Protocols.ipc().map(Rule.topic("sum").none()));
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(client.next()).contains("\"id\":1,\"error\":{\"name\":\"ProcedureNotFoundError\"");
    }

    @Test
    void callWithoutIdIsOneWay() throws Exception {
        Hub hub = ipc.hub();
        BlockingQueue<Boolean> oneWay = new LinkedBlockingQueue<>();
        hub.procedure("note", Object.class, (none, call) -> {
            oneWay.add(call.isOneWay());
            return 1;
        });
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"procedure\":\"note\",\"data\":1}}");
        assertThat(oneWay.poll(10, TimeUnit.SECONDS)).isTrue();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"note\",\"data\":1}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":1}}");
    }

    @Test
    void resultThatCannotBeEncodedIsAnError() throws Exception {
        Hub hub = ipc.hub();
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        hub.procedure("cycle", Object.class, (none, call) -> cycle);
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"cycle\"}}");
        assertThat(client.next()).contains("\"id\":1,\"error\":{\"name\":\"Error\"");
    }

    @Test
    void repliesOfRuleKeepOrderOfRequests() throws Exception {
        CompletableFuture<Object> slow = new CompletableFuture<>();
        Hub hub = ipc.hub(
                Hub.builder(),
                Protocols.ipc()
                        .map(Rule.topic("resize").procedure("images/resize").reply("resized")));
        hub.procedure("images/resize", Integer.class, (n, call) -> n == 1 ? slow : n);
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"resize\",\"message\":1}", "{\"topic\":\"resize\",\"message\":2}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(client.next()).startsWith("{\"topic\":\"#reply\"");
        slow.complete("first");
        assertThat(client.next()).isEqualTo("{\"topic\":\"resized\",\"message\":\"first\"}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"resized\",\"message\":2}");
    }

    @Test
    void answersFollowTheEndOfTheInput() throws Exception {
        Hub hub = ipc.hub();
        CompletableFuture<Object> later = new CompletableFuture<>();
        hub.procedure("later", Object.class, (none, call) -> later);
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"later\"}}")
                .end();
        later.complete("done");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":\"done\"}}");
        assertThat(client.next()).isEqualTo("end");
    }

    @Test
    void gracefulCloseAnswersRunningCallsAndRefusesFurther() throws Exception {
        Hub hub = ipc.hub();
        CompletableFuture<Object> later = new CompletableFuture<>();
        CompletableFuture<Void> started = new CompletableFuture<>();
        hub.procedure("later", Object.class, (none, call) -> {
            started.complete(null);
            return later;
        });
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"later\"}}");
        started.get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> closed = hub.closeGracefully(Duration.ofSeconds(10));
        String refused;
        do {
            client.send("{\"topic\":\"#call\",\"message\":{\"id\":2,\"procedure\":\"sum\",\"data\":[1,2]}}");
            refused = client.next();
        } while (refused.contains("\"data\":3"));
        assertThat(refused).contains("\"id\":2,\"error\":{\"name\":\"ServerClosingError\"");
        later.complete("done");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":\"done\"}}");
        assertThat(client.next()).isEqualTo("end");
        client.close();
        closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void disconnectedClientCancelsItsCalls() throws Exception {
        Hub hub = ipc.hub();
        CompletableFuture<Call> started = new CompletableFuture<>();
        hub.procedure("never", Object.class, (none, call) -> {
            started.complete(call);
            return new CompletableFuture<>();
        });
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"never\"}}");
        Call call = started.get(10, TimeUnit.SECONDS);
        assertThat(call.isCancelled()).isFalse();
        client.close();
        Awaitility.await().until(call::isCancelled);
        assertThat(hub.closeGracefully(Duration.ofMinutes(1))).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void unknownCommandIsAnError() throws Exception {
        ipc.hub();
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#nosuch\",\"message\":1}");
        assertThat(client.next())
                .isEqualTo(
                        "{\"topic\":\"#error\",\"message\":{\"name\":\"InvalidArgumentsError\",\"message\":\"topic: '#nosuch'"
                                + " (expected: #call, #subscribe, #unsubscribe, #authenticate, or a topic without"
                                + " #)\",\"code\":-32602,\"topic\":\"#nosuch\"}}");
    }
}
