package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Subscription;
import io.heliograph.http.HttpResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HubTest {

    record Sum(int a, int b) {}

    @Test
    void programCallsProcedure() {
        try (Hub hub = started()) {
            hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
            assertThat(await(hub.call("sum", Map.of("a", 2, "b", 3)))).isEqualTo(5);
        }
    }

    @Test
    void procedureMayAnswerLater() {
        try (Hub hub = started()) {
            CompletableFuture<String> later = new CompletableFuture<>();
            hub.procedure("later", Object.class, (none, call) -> later);
            CompletableFuture<@Nullable Object> answer = hub.call("later", null);
            assertThat(answer).isNotDone();
            later.complete("done");
            assertThat(await(answer)).isEqualTo("done");
        }
    }

    @Test
    void unknownProcedureFailsAtOnce() {
        try (Hub hub = started()) {
            assertThatThrownBy(() -> await(hub.call("nosuch", null)))
                    .isInstanceOf(CallException.class)
                    .hasMessage("procedure: 'nosuch' (expected: a registered procedure)")
                    .extracting("code")
                    .isEqualTo(-32601);
        }
    }

    @Test
    void callExceptionReachesTheCaller() {
        try (Hub hub = started()) {
            hub.procedure("pay", Object.class, (none, call) -> {
                throw CallException.of("InsufficientFundsError", "3 missing")
                        .code(-1)
                        .data(Map.of("missing", 3));
            });
            assertThatThrownBy(() -> await(hub.call("pay", null)))
                    .isInstanceOfSatisfying(CallException.class, failure -> {
                        assertThat(failure.errorName()).isEqualTo("InsufficientFundsError");
                        assertThat(failure.code()).isEqualTo(-1);
                        assertThat(failure.data()).isEqualTo(Map.of("missing", 3));
                    })
                    .hasMessage("3 missing");
        }
    }

    @Test
    void otherExceptionIsHiddenFromCallerAndReported() throws Exception {
        try (Hub hub = started()) {
            CompletableFuture<Throwable> reported = new CompletableFuture<>();
            hub.onError(reported::complete);
            hub.procedure("boom", Object.class, (none, call) -> {
                throw new IllegalArgumentException("secret of the server");
            });
            assertThatThrownBy(() -> await(hub.call("boom", null)))
                    .isInstanceOf(CallException.class)
                    .hasMessage("the procedure has failed");
            assertThat(reported.get(10, TimeUnit.SECONDS)).hasMessage("secret of the server");
        }
    }

    @Test
    void wrongArgumentIsRejected() {
        try (Hub hub = started()) {
            hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
            assertThatThrownBy(() -> await(hub.call("sum", "three")))
                    .isInstanceOf(CallException.class)
                    .extracting("code")
                    .isEqualTo(-32602);
        }
    }

    interface Calculator {

        int sum(int a, int b);

        String caller(Call call);
    }

    private static final class SimpleCalculator implements Calculator {
        @Override
        public int sum(int a, int b) {
            return a + b;
        }

        @Override
        public String caller(Call call) {
            return call.principal().name();
        }
    }

    @Test
    void methodsOfAnInterfaceAreProcedures() {
        try (Hub hub = started()) {
            Subscription registration = hub.procedures("math/", Calculator.class, new SimpleCalculator());
            assertThat(await(hub.call("math/sum", List.of(2, 3)))).isEqualTo(5);
            assertThat(await(hub.call("math/sum", Map.of("b", 3, "a", 4)))).isEqualTo(7);
            assertThat(await(hub.call("math/caller", null))).isEqualTo("program");
            assertThatThrownBy(() -> await(hub.call("math/sum", List.of("x"))))
                    .extracting("code")
                    .isEqualTo(-32602);
            registration.close();
            assertThatThrownBy(() -> await(hub.call("math/sum", List.of(2, 3))))
                    .isInstanceOf(CallException.class)
                    .extracting("code")
                    .isEqualTo(-32601);
        }
    }

    @Test
    void rejectedServiceLeavesNoProcedure() {
        try (Hub hub = started()) {
            hub.procedure("math/caller", Object.class, (none, call) -> null);
            assertThatThrownBy(() -> hub.procedures("math/", Calculator.class, new SimpleCalculator()))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(await(hub.call("helio.procedures", null))).isEqualTo(List.of("math/caller"));
        }
    }

    @Test
    void namesAreChecked() {
        try (Hub hub = started()) {
            assertThatThrownBy(() -> hub.procedure("#x", Object.class, (none, call) -> null))
                    .hasMessage("procedure: '#x' (expected: a name that does not begin with # or a control character)");
            assertThatThrownBy(() -> hub.procedure("helio.x", Object.class, (none, call) -> null))
                    .hasMessage("procedure: 'helio.x' (expected: a name that does not begin with helio.)");
            hub.procedure("x", Object.class, (none, call) -> null);
            assertThatThrownBy(() -> hub.procedure("x", Object.class, (none, call) -> null))
                    .hasMessage("procedure: 'x' is registered (expected: a new name)");
        }
    }

    @Test
    void closedSubscriptionRemovesProcedure() {
        try (Hub hub = started()) {
            Subscription registration = hub.procedure("x", Object.class, (none, call) -> "x");
            registration.close();
            assertThatThrownBy(() -> await(hub.call("x", null))).isInstanceOf(CallException.class);
        }
    }

    @Test
    void callFailsAfterTheClose() {
        Hub hub = started();
        hub.close();
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join();
        assertThatThrownBy(() -> await(hub.call("x", null)))
                .isInstanceOf(CallException.class)
                .extracting("code")
                .isEqualTo(-32003);
    }

    @Test
    void publicListenerNeedsADecision() {
        HubBuilder builder = Hub.builder().listen("ws://0.0.0.0:0/socketcluster/", Protocols.socketCluster());
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "listen: 'ws://0.0.0.0:0/socketcluster/' is reachable from other machines (expected: the option"
                                + " authority, authKey, or allowAnonymous(true))");
        builder.allowAnonymous(true).build().close();
    }

    @Test
    void secureListenerNeedsACertificate() {
        assertThatThrownBy(Hub.builder().listen("wss://127.0.0.1:0/rpc", Protocols.rpc())::build)
                .hasMessage("listen: 'wss://127.0.0.1:0/rpc' has no certificate (expected: the option tls)");
    }

    @Test
    void protocolHasItsOwnSchemes() {
        assertThatThrownBy(() -> Hub.builder().listen("tcp://127.0.0.1:0", Protocols.ipc()))
                .hasMessage("url: 'tcp://127.0.0.1:0' (expected for the protocol ipc: unix:)");
    }

    @Test
    void helioProceduresAreListed() {
        try (Hub hub = started()) {
            hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
            assertThat(await(hub.call("helio.procedures", null))).isEqualTo(List.of("sum"));
        }
    }

    @Test
    void publicationFilterReplacesAndRejectsData() throws Exception {
        HubBuilder builder = Hub.builder().publicationFilter((publisher, channel, data) -> switch (channel) {
            case "chat" -> Map.of("from", publisher.principal().source().name(), "text", data.as(String.class));
            case "closed" ->
                throw CallException.of("ClosedError", "no more news").code(-9);
            case "broken" -> throw new IllegalStateException("secret of the server");
            default -> data;
        });
        try (Hub hub = started(builder)) {
            BlockingQueue<Object> received = new LinkedBlockingQueue<>();
            CompletableFuture<Throwable> reported = new CompletableFuture<>();
            hub.onError(reported::complete);
            for (String channel : List.of("chat", "plain")) {
                await(hub.channel(channel).on(Object.class, received::add).subscribed());
            }
            await(hub.call("helio.publish", List.of("chat", "hello")));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Map.of("from", "PROGRAM", "text", "hello"));
            await(hub.call("helio.publish", List.of("plain", "as it is")));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("as it is");
            assertThatThrownBy(() -> await(hub.call("helio.publish", List.of("closed", 1))))
                    .hasMessage("no more news")
                    .extracting("code")
                    .isEqualTo(-9);
            assertThatThrownBy(() -> await(hub.call("helio.publish", List.of("broken", 1))))
                    .hasMessage("the publication has failed");
            assertThat(reported.get(10, TimeUnit.SECONDS)).hasMessage("secret of the server");
        }
    }

    @Test
    void pagesAreServedOnThePortOfListeners() throws Exception {
        HubBuilder builder = Hub.builder()
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .serve("/*", request -> HttpResponse.text(200, "page " + request.path()));
        assertThatThrownBy(() -> builder.serve("/*", request -> HttpResponse.text(200, "")))
                .hasMessage("serve: '/*' has a handler (expected: another path)");
        try (Hub hub = started(builder);
                HttpClient client = HttpClient.newHttpClient()) {
            int port = URI.create(hub.listeners().getFirst().url()).getPort();
            assertThat(get(client, port, "/a")).isEqualTo("200 page /a");
            await(client.newWebSocketBuilder()
                            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/rpc"), new WebSocket.Listener() {}))
                    .abort();
        }
    }

    @Test
    void shortSecretIsRejectedUnlessWeakKeysAreAllowed() {
        HubBuilder builder = Hub.builder().authKey("short");
        assertThatThrownBy(builder::build).hasMessage("authKey: 5 bytes (expected: at least 32)");
        builder.weakKeys(true).build().close();
    }

    @Test
    void replacedKeysVerifyTokens() {
        String former = "0123456789abcdef0123456789abcdef";
        String next = "ffffffffffffffffffffffffffffffff";
        try (Hub hub = started(Hub.builder().authKey(former))) {
            String token = hub.signToken(Map.of("sub", "ada"));
            assertThat(await(hub.call("helio.authenticate", token))).isEqualTo(Map.of("name", "ada"));
            hub.authKeys(next);
            assertThatThrownBy(() -> await(hub.call("helio.authenticate", token)))
                    .isInstanceOf(CallException.class);
            assertThat(await(hub.call("helio.authenticate", hub.signToken(Map.of("sub", "eve")))))
                    .isEqualTo(Map.of("name", "eve"));
        }
    }

    private static String get(HttpClient client, int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        java.net.http.HttpResponse<String> response =
                client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static Hub started() {
        return started(Hub.builder());
    }

    private static Hub started(HubBuilder builder) {
        Hub hub = builder.daemon(true).build();
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        return hub;
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.orTimeout(10, TimeUnit.SECONDS).join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failure;
        }
    }
}
