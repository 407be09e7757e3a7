package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.control.Command;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Rule;
import io.heliograph.server.hub.TestHub.TestPeer;
import io.heliograph.server.stats.EndCause;
import io.heliograph.testkit.Await;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltInsTest {

    private static final String PUBLISHER = "abcdefghijklmnopqrstuv";

    @Test
    void publicationWithIdIsPublishedOnce() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            Object first = call(hub, peer, "helio.publish", List.of("news", 1, List.of(PUBLISHER, 7)));
            Object again =
                    call(hub, peer, "helio.publish", Map.of("channel", "news", "data", 1, "id", List.of(PUBLISHER, 7)));
            assertThat(first).asString().matches("\\{position=[0-9a-z]+:1}");
            assertThat(again).isEqualTo(first);
            assertThat(call(hub, peer, "helio.publish", List.of("news", 2))).isEqualTo(true);
        }
    }

    @Test
    void historyReturnsWhatFollowsAPosition() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            for (int n = 1; n <= 3; n++) {
                call(hub, peer, "helio.publish", List.of("news", n));
            }
            Map<?, ?> all = (Map<?, ?>) call(hub, peer, "helio.history", "news");
            assertThat(all.get("complete")).isEqualTo(true);
            List<?> publications = (List<?>) all.get("publications");
            assertThat(publications).hasSize(3);
            Object first = ((Map<?, ?>) Objects.requireNonNull(publications).getFirst()).get("position");
            Map<?, ?> rest = (Map<?, ?>) call(
                    hub, peer, "helio.history", Map.of("channel", "news", "since", String.valueOf(first), "limit", 1));
            assertThat((List<?>) rest.get("publications")).hasSize(1);
            assertThat(call(hub, peer, "helio.history", Map.of("channel", "news", "limit", 0)))
                    .isEqualTo("InvalidArgumentsError: limit: 0 (expected: 1 to 1000)");
            assertThat(call(hub, peer, "helio.history", Map.of("channel", "news", "since", "x")))
                    .asString()
                    .startsWith("InvalidArgumentsError: ");
        }
    }

    @Test
    void argumentsAreChecked() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect();
            assertThat(call(hub, peer, "helio.presence", null))
                    .isEqualTo("InvalidArgumentsError: channel: missing (expected: a string)");
            assertThat(call(hub, peer, "helio.presence", List.of(1)))
                    .isEqualTo("InvalidArgumentsError: channel: 1 (expected: a string)");
            assertThat(call(hub, peer, "helio.authenticate", List.of("a", "b")))
                    .isEqualTo("InvalidArgumentsError: arguments: 2 (expected: at most 1)");
            assertThat(call(hub, peer, "helio.nosuch", null))
                    .isEqualTo("ProcedureNotFoundError: procedure: 'helio.nosuch' (expected: a registered procedure)");
        }
    }

    @Test
    void onlyCallableProceduresAreListed() {
        try (TestHub hub = TestHub.with((who, action, name) ->
                action == HubAction.CALL && name.startsWith("admin/") ? Permission.deny() : Permission.allow())) {
            hub.core.procedures().register("admin/stop", Object.class, (none, call) -> null);
            hub.core.procedures().register("sum", Object.class, (none, call) -> null);
            assertThat(call(hub, hub.connect(), "helio.procedures", null)).isEqualTo(List.of("sum"));
        }
    }

    @Test
    void proceduresAreListedUnderTheNamesOfTheListener() {
        try (TestHub hub = TestHub.withDefaults()) {
            hub.core.procedures().register("admin/stop", Object.class, (none, call) -> null);
            hub.core.procedures().register("math/add", Object.class, (none, call) -> null);
            TestPeer peer = hub.connect(
                    "unix:/s",
                    Principal.of("ada"),
                    Rule.method("admin/**").none(),
                    Rule.method("add").procedure("math/add"));
            assertThat(call(hub, peer, "helio.procedures", null)).isEqualTo(List.of("math/add", "add"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"history", "presence"})
    void channelThatARuleHidesIsNotRead(String procedure) {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect(
                    "unix:/s", Principal.of("ada"), Rule.topic("room/**").none().out());
            assertThat(call(hub, peer, "helio.publish", List.of("room/1", 1))).isEqualTo(true);
            assertThat(call(hub, peer, "helio." + procedure, "room/1"))
                    .isEqualTo("InvalidArgumentsError: channel: 'room/1' (expected: a channel of this listener)");
        }
    }

    @Test
    void watcherSeesTheNameOfItsListener() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer watcher = hub.connect(
                    "unix:/s",
                    Principal.of("eve"),
                    Rule.topic("lobby").channel("room/1"),
                    Rule.topic("room/2").none().out());
            call(hub, watcher, "helio.presence.watch", "lobby");
            call(hub, watcher, "helio.presence.watch", "room/2");
            TestPeer ada = hub.connect("unix:/s", Principal.of("ada"));
            subscribe(hub, ada, "room/2");
            subscribe(hub, ada, "room/1");
            awaitEvent(hub, watcher, "joined lobby ada");
            assertThat(watcher.events).noneMatch(event -> event.contains("room/"));
        }
    }

    @Test
    void callIsActiveUntilItsAnswer() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        try (TestHub hub = TestHub.with(
                (who, action, name) -> action == HubAction.HISTORY ? Permission.defer(decision) : Permission.allow())) {
            TestPeer peer = hub.connect();
            List<Object> outcomes = new ArrayList<>();
            hub.run(() -> peer.connection.call(
                    "helio.history",
                    Payload.ofValue(hub.core.codec(), "news"),
                    (result, failure) -> outcomes.add(result == null ? String.valueOf(failure) : result)));
            assertThat(peer.connection.calls().count()).isEqualTo(1);
            hub.run(() -> peer.connection.closed(EndCause.CLIENT, "test"));
            decision.complete(Permission.allow());
            hub.loop.runReady();
            assertThat(outcomes).singleElement().asString().contains("the server is closing");
        }
    }

    @Test
    void whoamiNamesThePrincipalWithoutItsClaims() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect("unix:/s", Principal.of("ada", "editor"));
            assertThat(call(hub, peer, "helio.whoami", null))
                    .isEqualTo(Map.of(
                            "connection",
                            peer.connection.id(),
                            "name",
                            "ada",
                            "source",
                            "login",
                            "roles",
                            List.of("editor")));
        }
    }

    @Test
    void presenceNeedsAnIdentity() {
        try (TestHub hub = TestHub.withDefaults()) {
            assertThat(call(hub, hub.connect(), "helio.presence", "room/1"))
                    .isEqualTo("NotAllowedError: presence: 'room/1' is not allowed: log in first");
        }
    }

    @Test
    void watcherSeesMembersThatComeAndGo() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer watcher = hub.connect("unix:/s", Principal.of("eve"));
            TestPeer ada = hub.connect("unix:/s", Principal.of("ada"));
            subscribe(hub, ada, "room/1");
            assertThat(call(hub, watcher, "helio.presence.watch", "room/1"))
                    .isEqualTo(
                            Map.of("members", List.of(Map.of("id", ada.connection.id(), "user", "ada")), "count", 1));
            TestPeer bob = hub.connect("unix:/s", Principal.of("bob"));
            subscribe(hub, bob, "room/1");
            awaitEvent(hub, watcher, "joined room/1 bob");
            assertThat(call(hub, watcher, "helio.presence.unwatch", "room/1")).isEqualTo(true);
            hub.run(() -> bob.connection.unsubscribe("room/1"));
            assertThat(Await.value(hub.engine.presence().members("room/1")))
                    .extracting(member -> member.user())
                    .containsExactly("ada");
            hub.run(() -> ada.connection.closed(new CloseReason.Local()));
            assertThat(Await.value(hub.engine.presence().count("room/1"))).isZero();
        }
    }

    @Test
    void channelWithoutPresenceHasNoMembers() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer ada = hub.connect("unix:/s", Principal.of("ada"));
            subscribe(hub, ada, "news");
            assertThat(Await.value(hub.engine.presence().count("news"))).isZero();
            assertThat(Await.value(hub.engine.presence().connections("ada")))
                    .extracting(member -> member.id())
                    .containsExactly(ada.connection.id());
        }
    }

    @Test
    void newNameReplacesTheOldOne() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer peer = hub.connect("unix:/s", Principal.of("ada"));
            subscribe(hub, peer, "room/1");
            hub.run(() -> peer.connection.authenticate(Principal.of("grace")));
            assertThat(Await.value(hub.engine.presence().members("room/1")))
                    .extracting(member -> member.user())
                    .containsExactly("grace");
            assertThat(Await.value(hub.engine.presence().connections("ada"))).isEmpty();
            assertThat(Await.value(hub.engine.presence().connections("grace"))).hasSize(1);
        }
    }

    @Test
    void revocationsOfOtherNodesAreRead() {
        try (TestHub hub = TestHub.withDefaults()) {
            Command.Revoke revocation = new Command.Revoke(
                    new Command.Target.User("ada"),
                    hub.core.now().plusSeconds(60),
                    Instant.now().plusSeconds(3600));
            Await.value(hub.engine.control().send(revocation));
            hub.core.revocations().load();
            assertThat(hub.core.isRevoked(Principal.ofToken(Map.of("sub", "ada", "iat", 0))))
                    .isTrue();
            assertThat(hub.core.isRevoked(Principal.ofToken(Map.of("sub", "bob", "iat", 0))))
                    .isFalse();
        }
    }

    private static void awaitEvent(TestHub hub, TestPeer peer, String event) {
        long end = System.nanoTime() + Await.TIMEOUT.toNanos();
        while (!peer.events.contains(event) && System.nanoTime() < end) {
            hub.loop.runReady();
            Thread.onSpinWait();
        }
        assertThat(peer.events).contains(event);
    }

    private static void subscribe(TestHub hub, TestPeer peer, String channel) {
        hub.run(() -> peer.connection.subscribe(channel, publication -> {}, null, (subscription, failure) -> {}));
    }

    /** Returns the result of a call, or the name and message of its failure. */
    private static Object call(TestHub hub, TestPeer peer, String procedure, @Nullable Object argument) {
        List<Object> outcomes = new ArrayList<>();
        hub.run(() -> peer.connection.call(
                procedure,
                argument == null ? Payload.absent(hub.core.codec()) : Payload.ofValue(hub.core.codec(), argument),
                (result, failure) -> outcomes.add(
                        failure == null
                                ? Objects.requireNonNull(result)
                                : failure.errorName() + ": " + failure.getMessage())));
        long end = System.nanoTime() + Await.TIMEOUT.toNanos();
        while (outcomes.isEmpty() && System.nanoTime() < end) {
            hub.loop.runReady();
            Thread.onSpinWait();
        }
        return outcomes.getFirst();
    }
}
