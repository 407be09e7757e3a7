package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MissedMessagesException;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.frame.Frame;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.testkit.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Identity, permissions and control of the members of a message channel at a hub. */
class ChannelRightsTest extends ChannelBindingTestCase {

    // ---- identity and permissions

    @Test
    void memberIsLocalUserWithItsId() {
        Hub hub = start();
        CompletableFuture<Principal> principal = new CompletableFuture<>();
        CompletableFuture<Connection> connection = new CompletableFuture<>();
        hub.procedure("who", Object.class, (none, call) -> {
            principal.complete(call.principal());
            connection.complete(call.connection());
            return null;
        });
        Joined member = join();
        Await.value(member.call("who", null, Object.class));
        Principal who = Await.value(principal);
        assertThat(who.source()).isEqualTo(Principal.Source.OS_USER);
        assertThat(who.local()).isTrue();
        assertThat(who.name()).isEqualTo(System.getProperty("user.name"));
        assertThat(who.claims())
                .isEqualTo(Map.of(
                        "member",
                        member.channel.self().id(),
                        "pid",
                        ProcessHandle.current().pid()));
        Connection from = Await.value(connection);
        assertThat(from.protocol()).isEqualTo("channel");
        assertThat(from.listener()).isEqualTo("channel:m");
        assertThat(from.remoteAddress()).contains(member.channel.self().id());
        assertThat(hub.connections()).contains(from);
        Await.value(member.channel.closeGracefully(LONG));
        eventually().until(() -> !hub.connections().contains(from));
    }

    @Test
    void deniedPublicationIsAnErrorForItsMember() {
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) -> action == HubAction.PUBLISH && name.equals("m/secret")
                                ? Permission.deny("not yours")
                                : Permission.allow()),
                protocol -> protocol);
        List<String> received = subscribe(hub, "m/secret");
        Joined member = join();
        member.channel.send("secret", 1);
        eventually().until(() -> member.messages.size() == 1);
        assertThat(member.messages.getFirst()).contains("NotAllowedError", "not yours");
        assertThat(received).isEmpty();
    }

    @Test
    void deniedChannelIsNotDelivered() {
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) -> action == HubAction.SUBSCRIBE && name.equals("m/secret")
                                ? Permission.deny("")
                                : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        Await.value(hub.exchange().publish("m/secret", 1));
        Await.value(hub.exchange().publish("m/open", 2));
        eventually().until(() -> !member.messages.isEmpty());
        assertThat(member.messages).containsExactly("open=2");
    }

    @Test
    void withdrawnPermissionEndsDelivery() {
        AtomicBoolean denied = new AtomicBoolean();
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.SUBSCRIBE && name.equals("m/secret") && denied.get()
                                        ? Permission.deny("")
                                        : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        Await.value(hub.exchange().publish("m/secret", 0));
        eventually().until(() -> member.messages.contains("secret=0"));
        denied.set(true);
        AtomicInteger number = new AtomicInteger();
        eventually().until(() -> {
            int next = number.incrementAndGet();
            Await.value(hub.exchange().publish("m/secret", next));
            Await.value(hub.exchange().publish("m/open", next));
            eventually().until(() -> member.messages.contains("open=" + next));
            return !member.messages.contains("secret=" + next);
        });
    }

    @Test
    void deferredDecisionDelaysPublicationsInOrder() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) -> action == HubAction.SUBSCRIBE && name.equals("m/slow")
                                ? Permission.defer(decision)
                                : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        Await.value(hub.exchange().publish("m/slow", 1));
        Await.value(hub.exchange().publish("m/slow", 2));
        Await.value(hub.exchange().publish("m/fast", 3));
        eventually().until(() -> !member.messages.isEmpty());
        assertThat(member.messages).containsExactly("fast=3");
        decision.complete(Permission.allow());
        eventually().until(() -> member.messages.size() == 3);
        assertThat(member.messages).containsExactly("fast=3", "slow=1", "slow=2");
    }

    @Test
    void waitingPublicationsAreLimitedAndTheirLossIsReported() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) -> action == HubAction.SUBSCRIBE && name.equals("m/slow")
                                ? Permission.defer(decision)
                                : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        List<Throwable> missed = new CopyOnWriteArrayList<>();
        member.channel.onError(missed::add);
        String text = "x".repeat(1_000_000);
        for (int i = 0; i < 20; i++) {
            Await.value(hub.exchange().publish("m/slow", text));
        }
        eventually().until(() -> !missed.isEmpty());
        assertThat(missed.getFirst()).isInstanceOf(MissedMessagesException.class);
        assertThat(member.messages).isEmpty();
        decision.complete(Permission.allow());
        Await.value(hub.exchange().publish("m/slow", 1));
        eventually().until(() -> member.messages.contains("slow=1"));
        assertThat(member.messages).hasSize(17);
    }

    @Test
    void deniedMemberReceivesReasonAndNothingElse() {
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.CONNECT ? Permission.deny("closed today") : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        eventually().until(() -> !member.messages.isEmpty());
        Await.value(hub.exchange().publish("m/n", 1));
        assertThat(member.failure("helio.whoami", null).name()).isEqualTo("NotAllowedError");
        assertThat(member.messages).hasSize(1);
        assertThat(member.messages.getFirst()).contains("#close", "closed today");
    }

    @Test
    void memberReceivesNothingUntilItIsAdmitted() {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.CONNECT ? Permission.defer(decision) : Permission.allow()),
                protocol -> protocol);
        Joined member = join();
        Await.value(hub.exchange().publish("m/early", 1));
        decision.complete(Permission.allow());
        eventually().until(() -> hub.connections().size() == 1);
        Await.value(hub.exchange().publish("m/late", 2));
        eventually().until(() -> !member.messages.isEmpty());
        assertThat(member.messages).containsExactly("late=2");
    }

    // ---- control

    @Test
    void disconnectedMemberIsExcludedAndOthersAreNot() {
        Hub hub = start();
        Joined excluded = join();
        Joined other = join();
        eventually().until(() -> hub.connections().size() == 2);
        String id = hub.connections().stream()
                .filter(each ->
                        each.remoteAddress().contains(excluded.channel.self().id()))
                .findFirst()
                .orElseThrow()
                .id();
        Await.value(hub.disconnect(new Command.Target.Connection(id), "goodbye"));
        eventually().until(() -> excluded.messages.contains("#close={\"message\":\"goodbye\"}"));
        Await.value(hub.exchange().publish("m/n", 1));
        eventually().until(() -> other.messages.contains("n=1"));
        assertThat(excluded.failure("helio.whoami", null).name()).isEqualTo("NotAllowedError");
        assertThat(excluded.messages).containsExactly("#close={\"message\":\"goodbye\"}");
        assertThat(hub.connections()).hasSize(1);
    }

    @Test
    void kickedOutMemberReceivesOtherChannelsOnly() {
        Hub hub = start();
        Joined kicked = join();
        Joined other = join();
        eventually().until(() -> hub.connections().size() == 2);
        hub.connections().stream()
                .filter(each ->
                        each.remoteAddress().contains(kicked.channel.self().id()))
                .forEach(each -> each.kickOut("m/news", "too loud"));
        eventually().until(() -> !kicked.messages.isEmpty());
        Await.value(hub.exchange().publish("m/news", 1));
        Await.value(hub.exchange().publish("m/rest", 2));
        eventually().until(() -> other.messages.size() == 2 && kicked.messages.size() == 2);
        assertThat(kicked.messages.getFirst()).startsWith("#kickOut={").contains("\"m/news\"", "too loud");
        assertThat(kicked.messages.get(1)).isEqualTo("rest=2");
        assertThat(other.messages).containsExactly("news=1", "rest=2");
    }

    @Test
    void programSendsToOneMember() {
        Hub hub = start();
        Joined one = join();
        Joined two = join();
        eventually().until(() -> hub.connections().size() == 2);
        hub.connections().stream()
                .filter(each -> each.remoteAddress().contains(one.channel.self().id()))
                .forEach(each -> each.send("only", Map.of("n", 1)));
        Await.value(hub.exchange().publish("m/all", 2));
        eventually().until(() -> one.messages.size() == 2 && two.messages.size() == 1);
        assertThat(one.messages).containsExactly("only={\"n\":1}", "all=2");
        assertThat(two.messages).containsExactly("all=2");
    }

    @Test
    void secondHubIsReportedAndIgnored() {
        Hub first = start();
        List<String> received = subscribe(first, "m/n");
        Hub second = start();
        eventually().until(() -> errors.size() == 2);
        assertThat(errors).allMatch(error -> String.valueOf(error.getMessage()).contains("has another hub"));
        Await.value(second.exchange().publish("m/n", 1));
        Joined member = join();
        member.channel.send("n", 2);
        eventually().until(() -> !received.isEmpty());
        assertThat(received).containsExactly("2");
    }

    @Test
    void watchingMemberReceivesPresence() {
        Engine engine = Engine.inMemory(channel -> HistoryLimits.none());
        start(Hub.builder().engine(engine).presence("room/**"), protocol -> protocol);
        Joined watching = join();
        Joined other = join();
        Await.value(watching.call("helio.presence.watch", Map.of("channel", "room/1"), Object.class));
        Await.value(
                engine.presence().enter("room/1", new Presence.Member("id-1", "ada", Frame.utf8("{\"a\":1}"), "node")));
        eventually().until(() -> !watching.messages.isEmpty());
        assertThat(watching.messages.getFirst())
                .startsWith("#presence={")
                .contains(
                        "\"channel\":\"room/1\"", "\"joined\":[{\"id\":\"id-1\",\"user\":\"ada\",\"info\":{\"a\":1}}]");
        assertThat(other.messages).isEmpty();
    }
}
