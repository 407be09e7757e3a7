package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Subscription;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.control.Command;
import io.heliograph.frame.Frame;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.ChannelProtocol;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hub on a message channel, with members in this process. */
class ChannelBindingTest {

    record Sum(int a, int b) {}

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Codec JSON = Codec.named("json");

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    private Hub start(HubBuilder builder, UnaryOperator<ChannelProtocol> options) {
        Hub hub = builder.listen(
                        "channel:m",
                        options.apply(
                                Protocols.messageChannel().configure(channel -> channel.directory(scratch.folder()))))
                .build();
        hub.onError(errors::add);
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(2))));
        Await.value(hub.start());
        return hub;
    }

    private Hub start() {
        return start(Hub.builder(), protocol -> protocol);
    }

    /** A member that knows the hub, with its messages. */
    private final class Joined {

        final MessageChannel channel;
        final List<String> messages = new CopyOnWriteArrayList<>();

        Joined(UnaryOperator<MessageChannel.Builder> options) {
            channel = options.apply(MessageChannel.builder("m").directory(scratch.folder()))
                    .build();
            scratch.closing(() -> Await.value(channel.closeGracefully(Duration.ofSeconds(2))));
            channel.onMessage(message ->
                    messages.add(message.topic() + "=" + message.payload().text()));
            Await.value(channel.connect());
            eventually().until(() -> channel.hub().isPresent());
        }

        <T> CompletableFuture<T> call(String procedure, @Nullable Object argument, Class<T> type) {
            return channel.request(channel.hub().orElseThrow(), procedure, argument, type, LONG);
        }

        RequestFailedException failure(String procedure, @Nullable Object argument) {
            return (RequestFailedException) Await.failure(call(procedure, argument, Object.class));
        }
    }

    private Joined join() {
        return new Joined(builder -> builder);
    }

    private List<String> subscribe(Hub hub, String channel) {
        List<String> received = new CopyOnWriteArrayList<>();
        Subscription subscription = hub.channel(channel)
                .on(publication ->
                        received.add(publication.hasData() ? publication.data().text() : "no data"));
        Await.value(subscription.subscribed());
        return received;
    }

    private static Payload json(String text) {
        return Payload.of(JSON, Frame.utf8(text));
    }

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
}
