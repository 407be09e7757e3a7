package io.heliograph.server.hub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.TransportException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.exchange.control.Command;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.TestHub.TestPeer;
import io.heliograph.server.stats.EndCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HubConnectionTest {

    private final List<String> log = new ArrayList<>();

    @Test
    void publicationReachesSubscriberBeforeTheAnswer() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            subscribe(hub, peer, "news");
            publish(hub, peer, "news", "hello");
            assertThat(log).containsExactly("subscribed news", "news \"hello\"", "published");
        }
    }

    @Test
    void invalidNamesAreRejected() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            publish(hub, peer, "#news", 1);
            subscribe(hub, peer, "");
            call(hub, peer, "\u0001", null);
            assertThat(log)
                    .containsExactly(
                            "InvalidArgumentsError: channel: '#news' (expected: a name that does not begin with # or a"
                                    + " control character)",
                            "InvalidArgumentsError: channel: '' (expected: at least one character)",
                            "InvalidArgumentsError: procedure: '\\u0001' (expected: a name that does not begin with # or a"
                                    + " control character)");
        }
    }

    @Test
    void nameOf1024BytesIsTheLongest() {
        assertThat(Names.problem("channel", "x".repeat(1024))).isNull();
        assertThat(Names.problem("channel", "ä".repeat(512))).isNull();
        assertThat(Names.problem("channel", "ä".repeat(512) + "x")).endsWith("(expected: at most 1024 bytes)");
    }

    @Test
    void anonymousMayPublishOnLoopbackOnly() {
        try (TestHub hub = TestHub.withDefaults()) {
            publish(hub, hub.connect("tcp://127.0.0.1:0", Principal.anonymous()), "a", 1);
            publish(hub, hub.connect("tcp://0.0.0.0:0", Principal.anonymous()), "a", 1);
            publish(hub, hub.connect("tcp://0.0.0.0:0", Principal.of("ada")), "a", 1);
            assertThat(log)
                    .containsExactly(
                            "published", "NotAllowedError: publish: 'a' is not allowed: log in first", "published");
        }
    }

    @Test
    void deniedActionsHaveTheirCodes() {
        try (TestHub hub = TestHub.with(
                (who, action, name) -> action == HubAction.CONNECT ? Permission.allow() : Permission.deny("closed"))) {
            hub.core.procedures().register("p", Object.class, (none, call) -> null);
            TestPeer peer = hub.connect();
            List<Integer> codes = new ArrayList<>();
            hub.run(() -> {
                peer.connection.publish(
                        "a", json(hub, 1), PublishOptions.none(), (done, failure) -> add(codes, failure));
                peer.connection.subscribe("a", publication -> {}, null, (done, failure) -> add(codes, failure));
                peer.connection.call("p", json(hub, 1), (done, failure) -> add(codes, failure));
                peer.connection.call("helio.history", json(hub, "a"), (done, failure) -> add(codes, failure));
            });
            assertThat(codes).containsExactly(-32605, -32606, -32605, -32606);
        }
    }

    @Test
    void deniedConnectionIsClosed() {
        try (TestHub hub = TestHub.with((who, action, name) -> Permission.deny("full"))) {
            assertThat(hub.connect().events)
                    .containsExactly("close: connect: 'tcp://127.0.0.1:0' is not allowed: full");
        }
    }

    @Test
    void deferredDecisionDelaysTheNextMessage() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        try (TestHub hub = TestHub.with(
                (who, action, name) -> action == HubAction.PUBLISH ? Permission.defer(decision) : Permission.allow())) {
            TestPeer peer = hub.connect();
            CompletionStage<Void> proceed = publish(hub, peer, "a", 1);
            assertThat(proceed.toCompletableFuture()).isNotDone();
            assertThat(log).isEmpty();
            decision.complete(Permission.allow());
            hub.loop.runReady();
            assertThat(proceed.toCompletableFuture()).isCompleted();
            assertThat(log).containsExactly("published");
        }
    }

    @Test
    void operationAllowedAfterTheEndFails() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        try (TestHub hub = TestHub.with(
                (who, action, name) -> action == HubAction.PUBLISH ? Permission.defer(decision) : Permission.allow())) {
            TestPeer peer = hub.connect();
            CompletionStage<Void> proceed = publish(hub, peer, "a", 1);
            hub.run(() -> peer.connection.closed(EndCause.CLIENT, "test"));
            decision.complete(Permission.allow());
            hub.loop.runReady();
            assertThat(proceed.toCompletableFuture()).isCompleted();
            assertThat(log).containsExactly("ServerClosingError: the server is closing");
        }
    }

    @Test
    void lastPrincipalOfManyIsSet() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            peer.connection.authenticate(Principal.of("ada"));
            peer.connection.authenticate(Principal.of("bob"));
            hub.loop.runReady();
            assertThat(peer.events).containsExactly("admitted", "authenticated " + Principal.of("bob"));
            assertThat(peer.connection.principal().name()).isEqualTo("bob");
        }
    }

    @Test
    void principalRevokedDuringTheLoginIsNotKept() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            Principal verified = hub.core.accept(Principal.ofToken(Map.of("sub", "ada", "iat", 0)));
            hub.core
                    .revocations()
                    .add(new Command.Revoke(
                            new Command.Target.User("ada"),
                            hub.core.now().plusSeconds(60),
                            hub.core.now().plusSeconds(3600)));
            hub.run(() -> peer.connection.authenticate(verified));
            assertThat(peer.connection.principal()).isEqualTo(Principal.anonymous());
        }
    }

    @Test
    void failedDecisionDeniesAndIsReported() {
        try (TestHub hub = TestHub.with((who, action, name) -> {
            if (action == HubAction.CONNECT) {
                return Permission.allow();
            }
            return name.equals("now")
                    ? fail("at once")
                    : Permission.defer(CompletableFuture.failedFuture(new IllegalStateException("later")));
        })) {
            TestPeer peer = hub.connect();
            publish(hub, peer, "now", 1);
            publish(hub, peer, "then", 1);
            assertThat(log)
                    .containsExactly(
                            "NotAllowedError: publish: 'now' is not allowed",
                            "NotAllowedError: publish: 'then' is not allowed");
            assertThat(hub.failures).extracting(Throwable::getMessage).containsExactly("at once", "later");
        }
    }

    private static Permission fail(String message) {
        throw new IllegalStateException(message);
    }

    @Test
    void lostRightsEndSubscriptions() {
        try (TestHub hub = TestHub.with((who, action, name) -> name.startsWith("members/") && !who.isAuthenticated()
                ? Permission.deny("log in first")
                : Permission.allow())) {
            TestPeer peer = hub.connect();
            hub.run(() -> peer.connection.authenticate(Principal.of("ada")));
            subscribe(hub, peer, "members/x");
            subscribe(hub, peer, "news");
            hub.run(() -> peer.connection.deauthenticate());
            publish(hub, peer, "news", 1);
            hub.core.exchange().publish("members/x", 2);
            hub.loop.runReady();
            assertThat(peer.events)
                    .containsExactly(
                            "admitted",
                            "authenticated ada LOGIN",
                            "authenticated ANONYMOUS",
                            "kickOut members/x: subscribe: 'members/x' is not allowed: log in first");
            assertThat(log).containsExactly("subscribed members/x", "subscribed news", "news 1", "published");
        }
    }

    @Test
    void rightsLostDuringTheDecisionEndTheSubscription() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        try (TestHub hub = TestHub.with((who, action, name) -> {
            if (action != HubAction.SUBSCRIBE) {
                return Permission.allow();
            }
            return who.isAuthenticated() ? Permission.defer(decision) : Permission.deny("log in first");
        })) {
            TestPeer peer = hub.connect();
            hub.run(() -> peer.connection.authenticate(Principal.of("ada")));
            subscribe(hub, peer, "members");
            hub.run(() -> peer.connection.deauthenticate());
            decision.complete(Permission.allow());
            hub.loop.runReady();
            assertThat(log).containsExactly("subscribed members");
            assertThat(peer.events).endsWith("kickOut members: subscribe: 'members' is not allowed: log in first");
            assertThat(hub.core.exchange().isSubscribed("members")).isFalse();
        }
    }

    @Test
    void loginDoesNotChangeWhetherAConnectionIsLocal() {
        try (TestHub hub = TestHub.withDefaults()) {
            Principal user = new Principal("root", Principal.Source.OS_USER, true, Set.of(), Map.of());
            TestPeer local = hub.connect("unix:/s", user);
            TestPeer remote = hub.connect();
            Principal claimed = new Principal("ada", Principal.Source.LOGIN, true, Set.of("editor"), Map.of());
            hub.run(() -> {
                local.connection.authenticate(Principal.of("ada"));
                remote.connection.authenticate(claimed);
            });
            assertThat(local.connection.principal().local()).isTrue();
            assertThat(remote.connection.principal().local()).isFalse();
            assertThat(remote.connection.principal().roles()).containsExactly("editor");
            hub.run(local.connection::deauthenticate);
            assertThat(local.connection.principal()).isEqualTo(user);
        }
    }

    @Test
    void tokenMayBeValidForYears() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            long now = TestHub.START.plusNanos(hub.loop.nanoTime()).getEpochSecond();
            long end = now + Duration.ofDays(400).toSeconds();
            hub.run(() -> peer.connection.authenticate(Principal.ofToken(Map.of("sub", "ada", "exp", end))));
            hub.loop.advance(Duration.ofDays(399));
            assertThat(peer.connection.principal().isAuthenticated()).isTrue();
            hub.loop.advance(Duration.ofDays(1));
            assertThat(peer.connection.principal().isAuthenticated()).isFalse();
            hub.run(() -> peer.connection.authenticate(Principal.ofToken(Map.of("sub", "ada", "exp", 1e300))));
            assertThat(peer.connection.principal().isAuthenticated()).isTrue();
        }
    }

    @Test
    void tokenOfTheHubAuthenticates() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            authenticate(hub, peer, hub.core.tokens().sign(Map.of("sub", "ada", "roles", List.of("editor"))));
            assertThat(log).containsExactly("authenticated ada");
            assertThat(peer.connection.principal().roles()).containsExactly("editor");
            assertThat(peer.connection.principal().source()).isEqualTo(Principal.Source.TOKEN);
        }
    }

    @Test
    void invalidTokenLeavesThePrincipal() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            String valid = hub.core.tokens().sign(Map.of("sub", "ada"));
            authenticate(hub, peer, valid.substring(0, valid.length() - 2) + "xx");
            authenticate(hub, peer, hub.core.tokens().sign(Map.of("role", "editor")));
            assertThat(log)
                    .containsExactly(
                            "AuthTokenInvalidError: invalid signature",
                            "AuthTokenError: the token names no user (expected: the claim sub or username)");
            assertThat(peer.connection.principal()).isEqualTo(Principal.anonymous());
        }
    }

    @Test
    void revokedTokenIsRejected() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            hub.core
                    .revocations()
                    .add(new Command.Revoke(
                            new Command.Target.User("ada"),
                            hub.core.now().plusSeconds(1),
                            hub.core.now().plusSeconds(3600)));
            authenticate(hub, peer, hub.core.tokens().sign(Map.of("sub", "ada")));
            authenticate(hub, peer, hub.core.tokens().sign(Map.of("sub", "bob")));
            hub.loop.advance(Duration.ofSeconds(2));
            authenticate(hub, peer, hub.core.tokens().sign(Map.of("sub", "ada")));
            assertThat(log)
                    .containsExactly("AuthTokenError: the token is revoked", "authenticated bob", "authenticated ada");
        }
    }

    private void authenticate(TestHub hub, TestPeer peer, String token) {
        hub.run(() -> peer.connection.authenticate(
                token,
                (principal, failure) -> log.add(
                        principal == null ? describe(requireNonNull(failure)) : "authenticated " + principal.name())));
    }

    @Test
    void expiredTokenEndsTheRights() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            long end = TestHub.START.plusNanos(hub.loop.nanoTime()).getEpochSecond() + 60;
            hub.run(() -> peer.connection.authenticate(Principal.ofToken(Map.of("sub", "ada", "exp", end))));
            hub.loop.advance(Duration.ofSeconds(59));
            assertThat(peer.connection.principal().name()).isEqualTo("ada");
            hub.loop.advance(Duration.ofSeconds(2));
            assertThat(peer.connection.principal().isAuthenticated()).isFalse();
            assertThat(peer.events).containsExactly("admitted", "authenticated ada TOKEN", "authenticated ANONYMOUS");
        }
    }

    @Test
    void newTokenReplacesTheEndOfTheOld() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            long now = TestHub.START.plusNanos(hub.loop.nanoTime()).getEpochSecond();
            hub.run(() -> peer.connection.authenticate(Principal.ofToken(Map.of("sub", "ada", "exp", now + 60))));
            hub.run(() -> peer.connection.authenticate(Principal.ofToken(Map.of("sub", "ada", "exp", now + 600))));
            hub.loop.advance(Duration.ofSeconds(61));
            assertThat(peer.connection.principal().name()).isEqualTo("ada");
        }
    }

    @Test
    void fullCallsDelayTheNextMessage() {
        try (TestHub hub = TestHub.withMaxActiveCalls(2)) {
            List<CompletableFuture<String>> answers = List.of(new CompletableFuture<>(), new CompletableFuture<>());
            hub.core.procedures().register("wait", Integer.class, (index, call) -> answers.get(index));
            TestPeer peer = hub.connect();
            assertThat(call(hub, peer, "wait", 0).toCompletableFuture()).isCompleted();
            CompletionStage<Void> proceed = call(hub, peer, "wait", 1);
            assertThat(proceed.toCompletableFuture()).isNotDone();
            answers.get(1).complete("second");
            hub.loop.runReady();
            assertThat(proceed.toCompletableFuture()).isCompleted();
            assertThat(log).containsExactly("called second");
        }
    }

    @Test
    void callIsAnsweredAtItsDeadline() {
        try (TestHub hub = TestHub.withDefaults()) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            hub.core.procedures().register("never", Object.class, (none, call) -> answer);
            TestPeer peer = hub.connect();
            call(hub, peer, "never", null);
            hub.loop.advance(Duration.ofSeconds(20));
            call(hub, peer, "never", null);
            hub.loop.advance(Duration.ofSeconds(10));
            assertThat(log).containsExactly("TimeoutError: procedure: 'never' has not ended in time");
            hub.loop.advance(Duration.ofSeconds(20));
            assertThat(log).hasSize(2);
            answer.complete("too late");
            hub.loop.runReady();
            assertThat(log).hasSize(2);
            assertThat(peer.connection.calls().count()).isZero();
        }
    }

    @Test
    void closedConnectionCancelsItsCalls() {
        try (TestHub hub = TestHub.withDefaults()) {
            List<io.heliograph.server.Call> calls = new ArrayList<>();
            hub.core.procedures().register("never", Object.class, (none, call) -> {
                calls.add(call);
                return new CompletableFuture<>();
            });
            TestPeer peer = hub.connect();
            call(hub, peer, "never", null);
            assertThat(calls.get(0).isCancelled()).isFalse();
            hub.run(() -> peer.connection.closed(EndCause.CLIENT, "test"));
            assertThat(calls.get(0).isCancelled()).isTrue();
            assertThat(hub.core.connections()).isEmpty();
            hub.loop.advance(Duration.ofMinutes(1));
            assertThat(log).containsExactly("ServerClosingError: the server is closing");
        }
    }

    @Test
    void disconnectionNamesItsReasonInWords() {
        try (TestHub hub = TestHub.withDefaults()) {
            hub.core.onDisconnection().on(end -> log.add(end.reason()));
            for (CloseReason reason : List.of(
                    new CloseReason.Local(),
                    new CloseReason.Remote(1001, "going away"),
                    new CloseReason.Remote(0, ""),
                    new CloseReason.Failed(new TransportException("ECONNRESET", "reset by peer", null)))) {
                TestPeer peer = hub.connect();
                hub.run(() -> peer.connection.closed(reason));
            }
            assertThat(log)
                    .containsExactly(
                            "closed by the server",
                            "closed by the client: 1001 going away",
                            "closed by the client",
                            "reset by peer");
        }
    }

    @Test
    void closedConnectionReceivesNothing() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            subscribe(hub, peer, "news");
            hub.run(() -> peer.connection.closed(EndCause.CLIENT, "test"));
            hub.core.exchange().publish("news", 1);
            peer.connection.send("x", 1);
            hub.loop.runReady();
            assertThat(log).containsExactly("subscribed news");
            assertThat(peer.events).containsExactly("admitted");
            assertThat(hub.core.exchange().isSubscribed("news")).isFalse();
        }
    }

    @Test
    void resultThatCannotBeEncodedIsAnError() {
        try (TestHub hub = TestHub.withDefaults()) {
            hub.core.procedures().register("bad", Object.class, (none, call) -> Set.of());
            TestPeer peer = hub.connect();
            hub.run(() -> peer.connection.call("bad", Payload.absent(hub.core.codec()), (result, failure) -> {
                if (failure == null) {
                    throw new io.heliograph.codec.CodecException("no form", null);
                }
                log.add(failure.getMessage());
            }));
            assertThat(log).containsExactly("the procedure has failed");
            assertThat(hub.failures).extracting(Throwable::getMessage).containsExactly("no form");
        }
    }

    private CompletionStage<Void> publish(TestHub hub, TestPeer peer, String channel, Object value) {
        List<CompletionStage<Void>> proceed = new ArrayList<>();
        hub.run(() -> proceed.add(peer.connection.publish(
                channel,
                json(hub, value),
                PublishOptions.none(),
                (position, failure) -> log.add(failure == null ? "published" : describe(failure)))));
        return proceed.get(0);
    }

    private void subscribe(TestHub hub, TestPeer peer, String channel) {
        hub.run(() -> peer.connection.subscribe(
                channel,
                publication ->
                        log.add(publication.channel() + " " + publication.data().text()),
                null,
                (subscription, failure) -> log.add(failure == null ? "subscribed " + channel : describe(failure))));
    }

    private CompletionStage<Void> call(TestHub hub, TestPeer peer, String procedure, @Nullable Object argument) {
        List<CompletionStage<Void>> proceed = new ArrayList<>();
        hub.run(() -> proceed.add(peer.connection.call(
                procedure,
                json(hub, argument),
                (result, failure) -> log.add(failure == null ? "called " + result : describe(failure)))));
        return proceed.get(0);
    }

    private static void add(List<Integer> codes, @Nullable CallException failure) {
        codes.add(failure == null ? 0 : failure.code());
    }

    private static String describe(CallException failure) {
        return failure.errorName() + ": " + failure.getMessage();
    }

    private static Payload json(TestHub hub, @Nullable Object value) {
        return Payload.ofValue(hub.core.codec(), value);
    }
}
