package io.heliograph.rpc;

import static io.heliograph.rpc.ServerFixture.call;
import static io.heliograph.rpc.ServerFixture.error;
import static io.heliograph.rpc.ServerFixture.result;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications.Policy;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcReply;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a backend answers, as frames. */
class RpcBackendTest extends BackendFixture {

    private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"note\",\"params\":[1]}";

    @Test
    void backendReceivesUndecodedParamsAndItsPayloadIsCopied() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "echo", "{\"a\": 1.0 , \"b\":[ ]}")))
                .isEqualTo(result(1, "{\"a\": 1.0 , \"b\":[ ]}"));
        assertThat(next(calls).params().text()).isEqualTo("{\"a\": 1.0 , \"b\":[ ]}");
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":2}"))
                .isEqualTo(result(2, "null"));
        assertThat(next(calls).params().isPresent()).isFalse();
    }

    @Test
    void messagePackPayloadIsCopied() throws Exception {
        RawSocket socket = open("/");
        // {method: "echo", params: [1.0], id: 7}
        assertThat(socket.askHex("83 a66d6574686f64 a46563686f a6706172616d73 91cb3ff0000000000000 a26964 07"))
                .isEqualTo("82a6726573756c7491cb3ff0000000000000a2696407");
        assertThat(next(calls).params().codec().format()).isEqualTo("msgpack");
    }

    @Test
    void payloadOfOtherFormatIsConverted() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "other", "[]"));
        next(calls).answer().succeed(Payload.of(Codec.named("msgpack"), Frame.of(new byte[] {(byte) 0x91, 5})));
        assertThat(socket.nextText()).isEqualTo(result(1, "[5]"));
    }

    @Test
    void errorsOfBackendAreSentUnchanged() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "other", "[]"));
        next(calls).answer().fail(-32605, "Method forbidden", Map.of("name", "NotAllowedError"));
        assertThat(socket.nextText())
                .isEqualTo(error(-32605, "Method forbidden", "{\"name\":\"NotAllowedError\"}", "1"));
        socket.send(call(2, "other", "[]"));
        RpcReply reply = next(calls).answer();
        reply.fail(-32000, "Error", null);
        reply.succeed("late");
        assertThat(socket.nextText()).isEqualTo(error(-32000, "Error", "null", "2"));
        assertThat(socket.ask(call(3, "echo", "[]"))).isEqualTo(result(3, "[]"));
    }

    @Test
    void methodOfServerPrecedesMethodOfBackend() throws Exception {
        server.method("echo").handle(params -> "mine");
        server.event("mine");
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "echo", "[1]"))).isEqualTo(result(1, "\"mine\""));
        assertThat(socket.ask(call(2, "rpc.on", "[\"theirs\",\"mine\"]")))
                .isEqualTo(result(2, "{\"theirs\":\"ok\",\"mine\":\"ok\"}"));
        assertThat(next(subscriptions).event()).isEqualTo("theirs");
        assertThat(server.emit("mine", 1)).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo("{\"notification\":\"mine\",\"params\":[1]}");
    }

    @Test
    void notificationIsNotAnswered() throws Exception {
        RawSocket socket = open("/");
        socket.send(NOTIFICATION);
        ReceivedCall note = next(calls);
        assertThat(note.method()).isEqualTo("note");
        assertThat(note.reply()).isNull();
        assertThat(socket.ask(call(1, "echo", "[]"))).isEqualTo(result(1, "[]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "notification", "subscription"})
    void laterMessagesOfConnectionWaitForDecision(String kind) throws Exception {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        decisions.put("note", decision);
        decisions.put("news", decision);
        RawSocket socket = open("/");
        switch (kind) {
            case "call" -> socket.send(call(1, "note", "[1]"));
            case "notification" -> socket.send(NOTIFICATION);
            default -> socket.send(call(1, "rpc.on", "[\"news\",\"more\"]"));
        }
        if (kind.equals("subscription")) {
            assertThat(next(subscriptions).event()).isEqualTo("news");
        } else {
            assertThat(next(calls).method()).isEqualTo("note");
        }
        socket.send(call(2, "echo", "[2]"));
        assertThat(open("/").ask(call(3, "echo", "[3]"))).isEqualTo(result(3, "[3]"));
        next(calls);
        assertThat(calls).isEmpty();
        assertThat(socket.poll()).isNull();
        decision.complete(null);
        if (kind.equals("subscription")) {
            assertThat(next(subscriptions).event()).isEqualTo("more");
            assertThat(socket.nextText()).isEqualTo(result(1, "{\"news\":\"ok\",\"more\":\"ok\"}"));
        }
        assertThat(socket.nextText()).isEqualTo(result(2, "[2]"));
        assertThat(socket.ask(call(4, "echo", "[4]"))).isEqualTo(result(4, "[4]"));
    }

    @Test
    void messagesOfSamePacketWaitForDecision() throws Exception {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        decisions.put("note", decision);
        value(server.listen());
        try (RawStream stream = new RawStream(server.port())) {
            stream.upgradeAndSend(NOTIFICATION, call(1, "echo", "[1]"), NOTIFICATION, call(2, "echo", "[2]"));
            assertThat(next(calls).method()).isEqualTo("note");
            assertThat(calls).isEmpty();
            decision.complete(null);
            assertThat(stream.text()).isEqualTo(result(1, "[1]"));
            assertThat(stream.text()).isEqualTo(result(2, "[2]"));
        }
    }

    @Test
    void readingPausesUntilAllDecisionsAreMade() throws Exception {
        restart(
                Policy.CLOSE,
                builder -> builder.maxUnauthenticatedBytes(400_000).maxMessageBytes(50_000));
        RawSocket socket = open("/");
        Session session = next(sessions);
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        onLoop(session, () -> {
            session.peer.await(first);
            session.peer.await(second);
        });
        String large = "[\"" + "x".repeat(40_000) + "\"]";
        for (int i = 1; i <= 60; i++) {
            socket.send(call(i, "echo", large));
            if (i == 30) {
                onLoop(session, () -> first.complete(null));
            }
        }
        assertThat(open("/").ask(call(1, "echo", "[]"))).isEqualTo(result(1, "[]"));
        next(calls);
        assertThat(calls).isEmpty();
        second.complete(null);
        for (int i = 1; i <= 60; i++) {
            assertThat(socket.nextText()).isEqualTo(result(i, large));
        }
    }

    @Test
    void failedDecisionIsReportedAndReadingContinues() throws Exception {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        decisions.put("other", decision);
        RawSocket socket = open("/");
        socket.send(call(1, "other", "[]"));
        next(calls);
        decision.completeExceptionally(new IllegalStateException("undecided"));
        assertThat(socket.ask(call(2, "echo", "[2]"))).isEqualTo(result(2, "[2]"));
        assertThat(next(errors)).hasMessage("undecided");
    }

    @Test
    void batchIsAnsweredInOrderWithDeferredDecision() throws Exception {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        decisions.put("note", decision);
        RawSocket socket = open("/");
        socket.send("[" + call(1, "other", "[1]") + "," + NOTIFICATION + "," + call(2, "echo", "[2]") + "]");
        next(calls).answer().succeed("one");
        assertThat(next(calls).method()).isEqualTo("note");
        assertThat(calls).isEmpty();
        decision.complete(null);
        assertThat(socket.nextText()).isEqualTo("[" + result(1, "\"one\"") + "," + result(2, "[2]") + "]");
    }

    @Test
    void exceptionOfBackendClosesConnectionAndIsReported() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "broken", "[]"));
        socket.awaitClosed();
        assertThat(next(errors)).hasMessageContaining("broken");
        assertThat(next(sessions).closed).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void unansweredCallsOfClosedConnectionLeaveBudget() throws Exception {
        restart(
                Policy.CLOSE,
                builder -> builder.maxUnauthenticatedBytes(100_000).maxMessageBytes(90_000));
        String large = "[\"" + "x".repeat(20_000) + "\"]";
        for (int i = 0; i < 20; i++) {
            RawSocket socket = open("/");
            socket.send(i % 2 == 0 ? call(1, "other", large) : "[" + call(1, "other", large) + "]");
            assertThat(next(calls).params().size()).isEqualTo(large.length());
            socket.close();
            assertThat(next(sessions).closed).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void lateAnswersDoNotEnlargeBudget() throws Exception {
        restart(
                Policy.CLOSE,
                builder -> builder.maxUnauthenticatedBytes(100_000).maxMessageBytes(90_000));
        String large = "[\"" + "x".repeat(20_000) + "\"]";
        for (int i = 0; i < 20; i++) {
            RawSocket socket = open("/");
            socket.send(call(1, "other", large));
            ReceivedCall call = next(calls);
            socket.close();
            assertThat(next(sessions).closed).succeedsWithin(Duration.ofSeconds(20));
            call.answer().succeed(1);
        }
        RawSocket socket = open("/");
        for (int i = 1; i <= 10; i++) {
            socket.send(call(i, "other", large));
        }
        // A socket may use a quarter of the budget: one of these calls.
        for (int i = 2; i <= 10; i++) {
            assertThat(socket.nextText()).contains("Server is busy");
        }
        assertThat(calls).hasSize(1);
    }

    @Test
    void peerDescribesConnection() throws Exception {
        open("/chat?socket_id=ada");
        Session session = next(sessions);
        assertThat(session.peer.id()).isEqualTo("ada");
        assertThat(session.peer.namespace()).isEqualTo("/chat");
        assertThat(session.peer.request()).isPresent();
        assertThat(session.peer.peer().toString()).startsWith("tcp://127.0.0.1:");
        assertThat(session.peer.isOpen()).isTrue();
        assertThat(session.peer.maxQueuedBytes()).isEqualTo(16 << 20);
    }

    @Test
    void peerClosesWithCode() throws Exception {
        RawSocket socket = open("/");
        next(sessions).peer.close(4001, "revoked");
        assertThat(socket.awaitClosed().toString()).contains("4001").contains("revoked");
    }

    @Test
    void pausedPeerIsNotRead() throws Exception {
        RawSocket socket = open("/");
        Session session = next(sessions);
        onLoop(session, session.peer::pause);
        socket.send(call(1, "echo", "[1]"));
        assertThat(open("/").ask(call(2, "echo", "[2]"))).isEqualTo(result(2, "[2]"));
        assertThat(socket.poll()).isNull();
        onLoop(session, session.peer::resume);
        assertThat(socket.nextText()).isEqualTo(result(1, "[1]"));
    }

    @Test
    void listMethodsIncludesMethodsOfBackend() throws Exception {
        server.method("mine").handle(params -> 1);
        server.method("protected").handle(params -> 1).protect();
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "__listMethods", "[]")))
                .isEqualTo(result(1, "[\"__listMethods\",\"mine\",\"echo\",\"other\"]"));
        next(sessions).peer.authenticated(true);
        assertThat(socket.ask(call(2, "__listMethods", "[]")))
                .isEqualTo(result(2, "[\"__listMethods\",\"mine\",\"protected\",\"echo\",\"other\"]"));
    }

    @Test
    void closingServerAnswersRunningCallsAndRejectsLaterOnes() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "other", "[]"));
        ReceivedCall running = next(calls);
        CompletableFuture<Void> closed = server.closeGracefully(Duration.ofSeconds(20));
        Awaitility.await().untilAsserted(() -> {
            assertThat(socket.ask(call(2, "echo", "[]"))).isEqualTo(error(-32003, "Server is closing", "2"));
        });
        running.answer().succeed(1);
        assertThat(socket.nextText()).isEqualTo(result(1, "1"));
        value(closed);
    }

    @Test
    void basePathIsNotPartOfNamespace() throws Exception {
        try (WebServer web = WebServer.builder().port(0).host("127.0.0.1").build()) {
            restart(Policy.CLOSE, builder -> builder.on(web).basePath("/rpc"));
            value(server.listen());
            value(web.listen());
            for (String path : List.of("/rpc", "/rpc/", "/rpc?socket_id=1")) {
                try (RawSocket socket = RawSocket.open(web.port(), path)) {
                    socket.ask(call(1, "echo", "[]"));
                    assertThat(next(sessions).peer.namespace()).isEqualTo("/");
                }
            }
            try (RawSocket socket = RawSocket.open(web.port(), "/rpc/chat")) {
                socket.ask(call(1, "echo", "[]"));
                assertThat(next(sessions).peer.namespace()).isEqualTo("/chat");
            }
            for (String path : List.of("/", "/rpcs", "/chat")) {
                assertThatThrownBy(() -> RawSocket.open(web.port(), path))
                        .as(path)
                        .isInstanceOf(Exception.class);
            }
        }
    }

    @Test
    void closedServerLeavesItsPaths() throws Exception {
        try (WebServer web = WebServer.builder().port(0).host("127.0.0.1").build()) {
            value(web.listen());
            for (int i = 0; i < 2; i++) {
                restart(Policy.CLOSE, builder -> builder.on(web).basePath("/rpc"));
                value(server.listen());
                value(server.closeGracefully(Duration.ZERO));
            }
        }
    }

    @Test
    void basePathOnOwnPortRejectsOtherPaths() throws Exception {
        restart(Policy.CLOSE, builder -> builder.basePath("/rpc"));
        open("/rpc/chat").ask(call(1, "echo", "[]"));
        assertThat(next(sessions).peer.namespace()).isEqualTo("/chat");
        assertThatThrownBy(() -> open("/chat")).hasMessageContaining("404");
        assertThatThrownBy(() -> open("/rpcs")).hasMessageContaining("404");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rpc", "/", "/rpc/", "/a//b", "/a?b", "/a/*"})
    void invalidBasePathIsRejected(String path) {
        assertThatThrownBy(() -> RpcServer.builder().basePath(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("basePath: '" + path + "' (expected: a path such as /rpc)");
    }
}
