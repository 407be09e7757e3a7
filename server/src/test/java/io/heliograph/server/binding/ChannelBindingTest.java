package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.RequestFailedException;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.Permission;
import io.heliograph.server.Rule;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Publications and calls of the members of a message channel at a hub. */
class ChannelBindingTest extends ChannelBindingTestCase {

    record Sum(int a, int b) {}

    // ---- publications

    @Test
    void bytesOfMessageReachSubscribersOfPrefixedChannel() {
        Hub hub = start();
        List<String> received = subscribe(hub, "m/jobs/7");
        join().channel.send("jobs/7", json("{ \"n\" : 9007199254740993 }"));
        eventually().until(() -> received.size() == 1);
        assertThat(received).containsExactly("{ \"n\" : 9007199254740993 }");
    }

    @Test
    void publicationReachesAllMembers() {
        Hub hub = start();
        Joined one = join();
        Joined two = join();
        Await.value(hub.exchange().publish("m/jobs", json("{ \"n\" : 1.50 }")));
        Await.value(hub.exchange().publish("other/jobs", json("0")));
        Await.value(hub.exchange().publish("m/none"));
        eventually().until(() -> one.messages.size() == 2 && two.messages.size() == 2);
        assertThat(one.messages).containsExactly("jobs={ \"n\" : 1.50 }", "none=null");
        assertThat(two.messages).isEqualTo(one.messages);
    }

    @Test
    void messageOfMemberIsDeliveredOnce() {
        Hub hub = start();
        Joined sender = join();
        Joined other = join();
        eventually().until(() -> sender.channel.members().size() == 2);
        List<String> received = subscribe(hub, "m/n");
        for (int i = 0; i < 1000; i++) {
            assertThat(sender.channel.send("n", i)).isTrue();
        }
        eventually().until(() -> received.size() == 1000);
        Await.value(hub.exchange().publish("m/last", 0));
        eventually().until(() -> other.messages.contains("last=0") && sender.messages.contains("last=0"));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            expected.add(Integer.toString(i));
        }
        assertThat(received).isEqualTo(expected);
        expected.replaceAll(number -> "n=" + number);
        expected.add("last=0");
        assertThat(other.messages).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(sender.messages).containsExactly("last=0");
    }

    @Test
    void echoReturnsPublicationToItsMemberOnly() {
        start(Hub.builder(), protocol -> protocol.echo(true));
        Joined sender = join();
        Joined other = join();
        eventually().until(() -> sender.channel.members().size() == 2);
        sender.channel.send("n", 1);
        eventually().until(() -> sender.messages.size() == 1 && other.messages.size() == 1);
        sender.channel.send("n", 2);
        eventually().until(() -> sender.messages.size() == 2 && other.messages.size() == 2);
        assertThat(sender.messages).containsExactly("n=1", "n=2");
        assertThat(other.messages).containsExactly("n=1", "n=2");
    }

    @Test
    void lastMessageOfLeavingMemberIsNotRepeatedToOthers() {
        Hub hub = start();
        Joined other = join();
        Joined sender = join();
        eventually().until(() -> sender.channel.members().size() == 2);
        List<String> received = subscribe(hub, "m/bye");
        sender.channel.send("bye", 1);
        Await.value(sender.channel.closeGracefully(LONG));
        eventually().until(() -> received.size() == 1);
        Await.value(hub.exchange().publish("m/last", 0));
        eventually().until(() -> other.messages.contains("last=0"));
        assertThat(other.messages).containsExactlyInAnyOrder("bye=1", "last=0");
    }

    @Test
    void latePublicationOfDepartedMemberIsNotRepeatedToOthers() {
        Hub hub = start();
        Joined sender = join();
        eventually().until(() -> hub.connections().size() == 1);
        String id = hub.connections().iterator().next().id();
        Joined other = join();
        Await.value(sender.channel.closeGracefully(LONG));
        eventually().until(() -> hub.connection(id).isEmpty());
        Await.value(hub.exchange().publish("m/bye", 1, PublishOptions.none().withPublisher(id)));
        Await.value(hub.exchange().publish("m/last", 0));
        eventually().until(() -> !other.messages.isEmpty());
        assertThat(other.messages).containsExactly("last=0");
    }

    @Test
    void malformedMessageIsAnErrorForItsMember() {
        Hub hub = start();
        List<String> received = subscribe(hub, "m/n");
        Joined member = join();
        member.channel.send("n", json("1},{"));
        eventually().until(() -> member.messages.size() == 1);
        assertThat(member.messages.getFirst())
                .startsWith("#error={\"topic\":\"n\",\"name\":\"InvalidArgumentsError\",\"message\":");
        member.channel.send("n", 2);
        eventually().until(() -> received.size() == 1);
        assertThat(received).containsExactly("2");
    }

    @Test
    void errorsOfOneMemberAreLimitedToOnePerSecond() {
        start();
        Joined member = join();
        for (int i = 0; i < 100; i++) {
            member.channel.send("#reserved", i);
        }
        assertThat(Await.value(member.call("helio.whoami", null, Object.class))).isNotNull();
        assertThat(member.messages).hasSize(1);
        assertThat(member.messages.getFirst()).contains("expected: a name that does not begin with #");
    }

    @Test
    void rulesRenameTopicsAndHideThem() {
        Hub hub = start(
                Hub.builder(),
                protocol -> protocol.map(
                        Rule.topic("log/**").channel("app/logs/**"),
                        Rule.topic("secret/**").none()));
        List<String> logs = subscribe(hub, "app/logs/a");
        List<String> secrets = subscribe(hub, "m/secret/a");
        Joined member = join();
        member.channel.send("log/a", 1);
        member.channel.send("secret/a", 2);
        eventually().until(() -> logs.size() == 1 && member.messages.size() == 1);
        assertThat(member.messages.getFirst()).contains("#error", "hidden by a rule");
        Await.value(hub.exchange().publish("app/logs/b", 3));
        Await.value(hub.exchange().publish("m/c", 4));
        eventually().until(() -> member.messages.size() == 3);
        assertThat(member.messages.subList(1, 3)).containsExactly("log/b=3", "c=4");
        assertThat(secrets).isEmpty();
    }

    @Test
    void ruleMakesMessagesCallsWithRepliesInOrder() {
        Hub hub = start(
                Hub.builder(),
                protocol -> protocol.map(
                        Rule.topic("resize").procedure("images/resize").reply("resized")));
        List<CompletableFuture<Integer>> answers = new CopyOnWriteArrayList<>();
        hub.procedure("images/resize", Integer.class, (size, call) -> {
            CompletableFuture<Integer> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        });
        Joined member = join();
        member.channel.send("resize", 1);
        member.channel.send("resize", 2);
        eventually().until(() -> answers.size() == 1);
        answers.getFirst().complete(10);
        eventually().until(() -> answers.size() == 2);
        answers.get(1).completeExceptionally(CallException.of("TooLargeError", "too large"));
        eventually().until(() -> member.messages.size() == 2);
        assertThat(member.messages.getFirst()).isEqualTo("resized=10");
        assertThat(member.messages.get(1))
                .isEqualTo(
                        "#error={\"topic\":\"resize\",\"name\":\"TooLargeError\",\"message\":\"too large\",\"code\":-32000}");
    }

    @Test
    void fullQueueOfExchangeDelaysMemberWithoutLoss() {
        Hub hub = start();
        ManualEventLoop stopped = ManualEventLoop.create();
        List<Integer> received = new ArrayList<>();
        CompletableFuture<ChannelSubscription> subscribed = hub.exchange()
                .subscribe(
                        "m/big",
                        stopped,
                        publication -> received.add(publication.data().size()));
        eventually().until(() -> {
            stopped.runReady();
            return subscribed.isDone();
        });
        Joined member = new Joined(builder -> builder.maxUnacknowledgedBytes(64 << 20));
        String text = "x".repeat(1_000_000);
        for (int i = 0; i < 20; i++) {
            assertThat(member.channel.send("big", text + i)).isTrue();
        }
        eventually().until(() -> hub.exchange().stats().published() >= 16);
        eventually().until(() -> {
            stopped.runReady();
            return received.size() == 20;
        });
        assertThat(received).isSorted();
        assertThat(member.messages).isEmpty();
        assertThat(errors).isEmpty();
    }

    // ---- calls

    @Test
    void requestCallsProcedure() {
        Hub hub = start();
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        assertThat(Await.value(join().call("sum", new Sum(2, 3), Integer.class)))
                .isEqualTo(5);
    }

    @Test
    void publicationByCallReachesAllMembers() {
        start();
        Joined caller = join();
        Joined other = join();
        assertThat(Await.value(caller.call("helio.publish", List.of("m/n", 1), Object.class)))
                .isEqualTo(true);
        eventually().until(() -> !caller.messages.isEmpty() && !other.messages.isEmpty());
        assertThat(caller.messages).containsExactly("n=1");
        assertThat(other.messages).containsExactly("n=1");
    }

    @Test
    void failureOfProcedureHasNameCodeAndData() {
        Hub hub = start();
        hub.procedure("pay", Object.class, (none, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(-1)
                    .data(Map.of("missing", 3));
        });
        RequestFailedException failure = join().failure("pay", null);
        assertThat(failure.name()).isEqualTo("InsufficientFundsError");
        assertThat(failure).hasMessage("3 missing");
        assertThat(failure.code()).hasValue(-1);
        assertThat(failure.data()).isEqualTo(Map.of("missing", 3L));
    }

    @Test
    void errorsOfCallsHaveTheirNames() {
        Hub hub = start(
                Hub.builder()
                        .authority((who, action, name) ->
                                name.equals("secret") ? Permission.deny("log in first") : Permission.allow()),
                protocol -> protocol);
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure("secret", Object.class, (none, call) -> 1);
        hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("a secret of the server");
        });
        Joined member = join();
        assertThat(member.failure("nosuch", null).name()).isEqualTo("ProcedureNotFoundError");
        assertThat(member.failure("sum", json("{\"a\":")).name()).isEqualTo("InvalidArgumentsError");
        assertThat(member.failure("sum", "text").name()).isEqualTo("InvalidArgumentsError");
        assertThat(member.failure("secret", null).name()).isEqualTo("NotAllowedError");
        assertThat(member.failure("secret", null)).hasMessageContaining("log in first");
        assertThat(member.failure("boom", null).name()).isEqualTo("Error");
        assertThat(member.failure("boom", null)).hasMessage("the procedure has failed");
    }

    @Test
    void leavingMemberCancelsItsCalls() {
        Hub hub = start();
        CompletableFuture<Call> started = new CompletableFuture<>();
        hub.procedure("later", Object.class, (none, call) -> {
            started.complete(call);
            return new CompletableFuture<>();
        });
        Joined member = join();
        CompletableFuture<Object> answer = member.call("later", null, Object.class);
        Call call = Await.value(started);
        assertThat(call.isCancelled()).isFalse();
        member.channel.close();
        eventually().until(call::isCancelled);
        Await.failure(answer);
    }
}
