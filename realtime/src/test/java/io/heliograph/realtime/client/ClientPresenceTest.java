package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.realtime.ChannelMember;
import io.heliograph.realtime.PresenceChange;
import io.heliograph.realtime.RealtimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientPresenceTest {

    private static final String ADA = "{\"id\":\"1\",\"user\":\"ada\",\"info\":{\"n\":1}}";
    private static final String BOB = "{\"id\":\"2\",\"user\":\"bob\"}";

    private final ScriptedClient scripted = new ScriptedClient();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        scripted.close();
    }

    private static String call(String procedure, int cid) {
        return "{\"event\":\"%s\",\"data\":{\"channel\":\"news\"},\"cid\":%d}".formatted(procedure, cid);
    }

    private static String answer(int rid, String... members) {
        return "{\"rid\":%d,\"data\":{\"members\":[%s],\"count\":%d}}"
                .formatted(rid, String.join(",", members), members.length);
    }

    private static String change(String kind, String member) {
        return "{\"event\":\"#presence\",\"data\":{\"channel\":\"news\",\"%s\":[%s]}}".formatted(kind, member);
    }

    private Subscription listen() {
        return scripted.client.channel("news").onPresence(change -> log.add(describe(change)));
    }

    private static String describe(PresenceChange change) {
        return "+" + change.joined().stream().map(ChannelMember::user).toList() + " -"
                + change.left().stream().map(ChannelMember::user).toList();
    }

    @Test
    void membersAreRead() {
        ScriptedLink link = scripted.open();
        CompletableFuture<List<ChannelMember>> members =
                scripted.client.channel("news").presence();
        assertThat(link.next()).isEqualTo(call("helio.presence", 2));
        link.receive(answer(2, ADA, BOB));
        assertThat(members)
                .isCompletedWithValue(
                        List.of(new ChannelMember("1", "ada", Map.of("n", 1L)), new ChannelMember("2", "bob", null)));
    }

    @Test
    void listenerReceivesPresentMembersAndChanges() {
        ScriptedLink link = scripted.open();
        Subscription listener = listen();
        assertThat(link.next()).isEqualTo(call("helio.presence.watch", 2));
        assertThat(listener.subscribed()).isNotDone();
        link.receive(answer(2, ADA));
        assertThat(listener.subscribed()).isCompleted();
        link.receive(change("joined", BOB), change("joined", BOB), change("left", ADA), change("left", ADA));
        assertThat(log).containsExactly("+[ada] -[]", "+[bob] -[]", "+[] -[ada]");
    }

    @Test
    void changeBeforeResponseIsApplied() {
        ScriptedLink link = scripted.open();
        listen();
        link.next();
        link.receive(change("joined", BOB), change("left", ADA), answer(2, ADA));
        assertThat(log).containsExactly("+[bob] -[]");
    }

    @Test
    void reconnectNotifiesOfDifference() {
        ScriptedLink first = scripted.open();
        listen();
        first.next();
        first.receive(answer(2, ADA));
        first.cut();
        scripted.client.connect();
        ScriptedLink second = scripted.server.link().open();
        assertThat(second.next()).isEqualTo(call("helio.presence.watch", 4));
        second.receive(answer(4, BOB));
        assertThat(log).containsExactly("+[ada] -[]", "+[bob] -[ada]");
    }

    @Test
    void connectionLostBeforeResponseIsNoRefusal() {
        ScriptedLink first = scripted.open();
        Subscription listener = listen();
        first.next();
        first.cut();
        scripted.client.connect();
        ScriptedLink second = scripted.server.link().open();
        assertThat(listener.subscribed()).isNotDone();
        assertThat(second.next()).isEqualTo(call("helio.presence.watch", 4));
        second.receive(answer(4, ADA));
        assertThat(listener.subscribed()).isCompleted();
        assertThat(log).containsExactly("+[ada] -[]");
    }

    @Test
    void furtherListenerReceivesPresentMembers() {
        ScriptedLink link = scripted.open();
        listen();
        link.next();
        link.receive(answer(2, ADA));
        Subscription further = listen();
        link.nothing();
        assertThat(further.subscribed()).isCompleted();
        assertThat(log).containsExactly("+[ada] -[]", "+[ada] -[]");
    }

    @Test
    void lastListenerEndsWatch() {
        ScriptedLink link = scripted.open();
        Subscription one = listen();
        Subscription two = listen();
        link.next();
        link.receive(answer(2));
        one.close();
        link.nothing();
        two.close();
        assertThat(link.next()).isEqualTo(call("helio.presence.unwatch", 3));
        link.receive(change("joined", ADA));
        link.cut();
        scripted.client.connect();
        scripted.server.link().open().nothing();
        assertThat(log).isEmpty();
    }

    @Test
    void refusalFailsSubscription() {
        ScriptedLink link = scripted.open();
        Subscription listener = listen();
        link.next();
        link.receive("{\"rid\":2,\"error\":{\"name\":\"NotAllowedError\",\"message\":\"no\"}}");
        assertThat(scripted.failure(listener.subscribed()))
                .isInstanceOf(RealtimeException.class)
                .hasMessage("no");
    }

    @Test
    void refusalAfterReconnectIsReported() {
        ScriptedLink first = scripted.open();
        listen();
        first.next();
        first.receive(answer(2));
        first.cut();
        scripted.client.connect();
        ScriptedLink second = scripted.server.link().open();
        second.next();
        scripted.events();
        second.receive("{\"rid\":4,\"error\":{\"name\":\"NotAllowedError\",\"message\":\"no\"}}");
        assertThat(scripted.events()).containsExactly("error NotAllowedError: no");
    }

    @Test
    void closedClientFailsSubscription() {
        scripted.open();
        Subscription pending = listen();
        scripted.client.close();
        assertThat(scripted.failure(pending.subscribed())).isInstanceOf(ClosedException.class);
        assertThat(scripted.failure(listen().subscribed())).isInstanceOf(ClosedException.class);
    }

    @Test
    void unwatchedAndInvalidPresence() {
        ScriptedLink link = scripted.open();
        List<Object> received = new ArrayList<>();
        scripted.client.onReceiver("#presence", Object.class, received::add);
        link.receive(change("joined", ADA));
        assertThat(received).hasSize(1);

        listen();
        link.next();
        link.receive(answer(2), change("joined", "7"), change("joined", BOB));
        assertThat(log).containsExactly("+[bob] -[]");
        assertThat(received).hasSize(1);
        assertThat(scripted.events())
                .contains("error InvalidMessageError: a member of a channel (expected: an object with id and user)");
    }

    @Test
    void listenerConnectsClient() {
        listen();
        assertThat(scripted.server.link().open().next()).isEqualTo(call("helio.presence.watch", 2));
    }
}
