package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.TypeRef;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.ipc.IpcClient;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import io.heliograph.testkit.ManualEventLoop;
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

class IpcBindingTest {

    @RegisterExtension
    final IpcListener ipc = new IpcListener();

    // ---- publications

    @Test
    void topicIsChannelForEverybodyElse() throws Exception {
        Hub hub = ipc.hub();
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("jobs/7").on(Object.class, received::add);
        RawIpcClient first = ipc.admitted();
        RawIpcClient second = ipc.admitted();
        first.send("{\"topic\":\"jobs/7\",\"message\":{\"n\":9007199254740993}}");
        assertThat(second.next()).isEqualTo("{\"topic\":\"jobs/7\",\"message\":{\"n\":9007199254740993}}");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Map.of("n", 9007199254740993L));
        second.send("{\"topic\":\"answer\"}");
        assertThat(first.next()).isEqualTo("{\"topic\":\"answer\"}");
    }

    @Test
    void valuesPassThroughUnchanged() throws Exception {
        ipc.hub();
        RawIpcClient first = ipc.admitted();
        RawIpcClient second = ipc.admitted();
        for (String message : List.of(
                "null",
                "[1, 2.50]",
                "\"\\u0000 \uD83D\uDE00\"",
                "{\"base64\":true,\"data\":\"AAEC\"}",
                "1e400",
                "\"" + "x".repeat(1_000_000) + "\"")) {
            first.send("{\"topic\":\"t\",\"message\":" + message + "}");
            assertThat(second.next()).isEqualTo("{\"topic\":\"t\",\"message\":" + message + "}");
        }
    }

    @Test
    void thousandMessagesKeepTheirOrder() throws Exception {
        ipc.hub();
        RawIpcClient first = ipc.admitted();
        RawIpcClient second = ipc.admitted();
        for (int i = 0; i < 1000; i++) {
            first.send("{\"topic\":\"t\",\"message\":" + i + "}");
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(second.next()).isEqualTo("{\"topic\":\"t\",\"message\":" + i + "}");
        }
    }

    @Test
    void publicationsOfProgramsAreDeliveredByDefault() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.admitted();
        hub.exchange().publish("news", Map.of("n", 1)).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"news\",\"message\":{\"n\":1}}");
        hub.exchange().publish("empty").join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"empty\"}");
    }

    @Test
    void echoReturnsOwnPublications() throws Exception {
        ipc.hub(Hub.builder(), Protocols.ipc().echo(true));
        RawIpcClient client = ipc.admitted();
        client.send("{\"topic\":\"t\",\"message\":1}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"t\",\"message\":1}");
    }

    @Test
    void deliveryIsLimitedToPatterns() throws Exception {
        Hub hub = ipc.hub(Hub.builder(), Protocols.ipc().deliver("public/**"));
        RawIpcClient client = ipc.admitted();
        hub.exchange().publish("private", 1).join();
        hub.exchange().publish("public/a", 2).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"public/a\",\"message\":2}");
    }

    @Test
    void onlyPermittedChannelsAreDelivered() throws Exception {
        CompletableFuture<Permission> later = new CompletableFuture<>();
        Hub hub = ipc.hub(
                Hub.builder().authority((who, action, name) -> {
                    if (action == HubAction.SUBSCRIBE && name.equals("later")) {
                        return Permission.defer(later);
                    }
                    return action == HubAction.SUBSCRIBE && name.equals("secret")
                            ? Permission.deny("no")
                            : Permission.allow();
                }),
                Protocols.ipc());
        RawIpcClient client = ipc.admitted();
        hub.exchange().publish("secret", 1).join();
        hub.exchange().publish("later", 2).join();
        hub.exchange().publish("later", 3).join();
        hub.exchange().publish("public", 4).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"public\",\"message\":4}");
        later.complete(Permission.allow());
        assertThat(client.next()).isEqualTo("{\"topic\":\"later\",\"message\":2}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"later\",\"message\":3}");
    }

    @Test
    void deniedPublicationIsReportedOncePerSecond() throws Exception {
        ipc.hub(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.PUBLISH ? Permission.deny("read only") : Permission.allow()),
                Protocols.ipc());
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"t\",\"message\":1}", "{\"topic\":\"t\",\"message\":2}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(client.next())
                .isEqualTo(
                        "{\"topic\":\"#error\",\"message\":{\"name\":\"NotAllowedError\",\"message\":\"publish: 't' is not"
                                + " allowed: read only\",\"code\":-32605,\"topic\":\"t\"}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":3}}");
    }

    @Test
    void rulesRenameTopics() throws Exception {
        Hub hub = ipc.hub(
                Hub.builder(),
                Protocols.ipc()
                        .map(
                                Rule.topic("log/**").channel("app/logs/**"),
                                Rule.topic("secret/**").none()));
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("app/logs/a/b").on(Object.class, received::add);
        RawIpcClient first = ipc.admitted();
        RawIpcClient second = ipc.admitted();
        first.send("{\"topic\":\"secret/x\",\"message\":0}", "{\"topic\":\"log/a/b\",\"message\":1}");
        assertThat(second.next()).isEqualTo("{\"topic\":\"log/a/b\",\"message\":1}");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(1L);
        hub.exchange().publish("secret/y", 2).join();
        hub.exchange().publish("z", 3).join();
        assertThat(second.next()).isEqualTo("{\"topic\":\"z\",\"message\":3}");
        assertThat(first.next()).contains("\"InvalidArgumentsError\"");
    }

    // ---- subscriptions

    @Test
    void subscriptionEndsDefaultDelivery() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.admitted();
        client.send("{\"topic\":\"#subscribe\",\"message\":[\"a\",\"b\"]}");
        assertThat(client.next())
                .startsWith("{\"topic\":\"#subscribed\",\"message\":{\"channel\":\"a\",\"position\":\"");
        assertThat(client.next())
                .startsWith("{\"topic\":\"#subscribed\",\"message\":{\"channel\":\"b\",\"position\":\"");
        hub.exchange().publish("c", 1).join();
        hub.exchange().publish("b", 2).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"b\",\"message\":2}");
        client.send("{\"topic\":\"#unsubscribe\",\"message\":\"b\"}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(client.next()).startsWith("{\"topic\":\"#reply\"");
        hub.exchange().publish("b", 3).join();
        hub.exchange().publish("a", 4).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"a\",\"message\":4}");
    }

    @Test
    void missedPublicationsFollowTheSubscription() throws Exception {
        Hub hub = ipc.hub(
                Hub.builder().engine(Engine.inMemory(channel -> HistoryLimits.of(100, Duration.ofMinutes(5)))),
                Protocols.ipc());
        String since = hub.exchange().publish("feed", 1).join().toString();
        String second = hub.exchange().publish("feed", 2).join().toString();
        RawIpcClient client = ipc.admitted();
        client.send("{\"topic\":\"#subscribe\",\"message\":{\"channel\":\"feed\",\"since\":\"" + since + "\"}}");
        assertThat(client.next())
                .startsWith("{\"topic\":\"#subscribed\",\"message\":{\"channel\":\"feed\",\"position\":\"")
                .endsWith("\"recovered\":true}}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"feed\",\"message\":2,\"position\":\"" + second + "\"}");
        client.send("{\"topic\":\"#subscribe\",\"message\":{\"channel\":\"feed\",\"since\":\"zz:5\"}}");
        assertThat(client.next()).contains("\"recovered\":false,\"reason\":\"");
        client.send("{\"topic\":\"#subscribe\",\"message\":{\"channel\":\"feed\",\"since\":\"\"}}");
        assertThat(client.next()).endsWith("\"}}").doesNotContain("recovered");
    }

    @Test
    void deniedSubscriptionIsAnswered() throws Exception {
        ipc.hub(
                Hub.builder()
                        .authority((who, action, name) ->
                                action == HubAction.SUBSCRIBE ? Permission.deny("") : Permission.allow()),
                Protocols.ipc());
        RawIpcClient client = ipc.client();
        for (String request : List.of("\"a\"", "\"b\"")) {
            client.send("{\"topic\":\"#subscribe\",\"message\":" + request + "}");
            assertThat(client.next())
                    .startsWith("{\"topic\":\"#error\",\"message\":{\"name\":\"NotAllowedError\"")
                    .endsWith("\"topic\":\"#subscribe\",\"channel\":" + request + "}}");
        }
    }

    @Test
    void subscriptionsAreLimited() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.client();
        String names = "\"c"
                + String.join(
                        "\",\"c",
                        java.util.stream.IntStream.range(0, 1000)
                                .mapToObj(String::valueOf)
                                .toList()) + "\"";
        client.send("{\"topic\":\"#subscribe\",\"message\":[" + names + "]}");
        for (int i = 0; i < 1000; i++) {
            assertThat(client.next()).startsWith("{\"topic\":\"#subscribed\"");
        }
        client.send("{\"topic\":\"#subscribe\",\"message\":\"more\"}");
        assertThat(client.next()).contains("subscriptions: 1000 (expected: no more)");
        client.send(
                "{\"topic\":\"#unsubscribe\",\"message\":\"c1\"}", "{\"topic\":\"#subscribe\",\"message\":\"more\"}");
        assertThat(client.next()).startsWith("{\"topic\":\"#subscribed\"");
        hub.connections().forEach(connection -> connection.kickOut("c2", ""));
        assertThat(client.next()).startsWith("{\"topic\":\"#kickOut\"");
        client.send("{\"topic\":\"#subscribe\",\"message\":\"another\"}");
        assertThat(client.next()).startsWith("{\"topic\":\"#subscribed\"");
    }

    @Test
    void kickedOutClientIsNotified() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.admitted();
        client.send("{\"topic\":\"#subscribe\",\"message\":\"a\"}");
        client.next();
        hub.connections().forEach(connection -> connection.kickOut("a", "maintenance"));
        assertThat(client.next())
                .isEqualTo("{\"topic\":\"#kickOut\",\"message\":{\"channel\":\"a\",\"message\":\"maintenance\"}}");
        hub.exchange().publish("a", 1).join();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(client.next()).startsWith("{\"topic\":\"#reply\"");
    }

    // ---- identity and presence

    @Test
    void principalIsUserOfThePeer() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"helio.whoami\"}}");
        assertThat(client.next())
                .contains("\"name\":\"" + System.getProperty("user.name") + "\"", "\"source\":\"os_user\"");
        Connection connection = hub.connections().iterator().next();
        assertThat(connection.principal().local()).isTrue();
        assertThat(connection.principal().source()).isEqualTo(Principal.Source.OS_USER);
        assertThat(connection.id()).startsWith("ipc-");
        assertThat(connection.remoteAddress())
                .isEqualTo("unix:" + ipc.file() + " user " + System.getProperty("user.name") + " (process "
                        + ProcessHandle.current().pid() + ")");
    }

    @Test
    void invalidTokenIsAnError() throws Exception {
        ipc.hub();
        RawIpcClient client = ipc.client();
        client.send("{\"topic\":\"#authenticate\",\"message\":\"nonsense\"}");
        assertThat(client.next())
                .startsWith("{\"topic\":\"#error\",\"message\":{\"name\":\"AuthToken")
                .endsWith("\"topic\":\"#authenticate\"}}");
    }

    @Test
    void tokenChangesThePrincipal() throws Exception {
        Hub hub = ipc.hub(Hub.builder().authKey("0123456789abcdef0123456789abcdef"), Protocols.ipc());
        RawIpcClient client = ipc.client();
        String token = hub.signToken(Map.of("sub", "ada"));
        client.send("{\"topic\":\"#authenticate\",\"message\":\"" + token + "\"}");
        assertThat(client.next()).isEqualTo("{\"topic\":\"#authenticated\",\"message\":{\"name\":\"ada\"}}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"helio.whoami\"}}");
        assertThat(client.next()).contains("\"name\":\"ada\"", "\"source\":\"token\"");
    }

    @Test
    void publicationWaitsForRoomInTheExchange() throws Exception {
        Hub hub = ipc.hub();
        ManualEventLoop stalled = ManualEventLoop.create();
        List<Integer> lengths = new ArrayList<>();
        hub.exchange()
                .subscribe(
                        "t",
                        stalled,
                        publication -> lengths.add(publication.data().size()));
        stalled.runReady();
        RawIpcClient client = ipc.client();
        String large = "\"" + "x".repeat(1_000_000) + "\"";
        for (int i = 0; i < 17; i++) {
            client.send("{\"topic\":\"t\",\"message\":" + large + "}");
        }
        client.send("{\"topic\":\"t\",\"message\":1}");
        client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"sum\",\"data\":[1,2]}}");
        RawIpcClient other = ipc.client();
        other.send("{\"topic\":\"#call\",\"message\":{\"id\":2,\"procedure\":\"sum\",\"data\":[1,2]}}");
        assertThat(other.next()).contains("\"id\":2"); // not delayed
        Awaitility.await().until(() -> {
            stalled.runReady();
            return lengths.size() == 18;
        });
        assertThat(lengths.subList(0, 17)).containsOnly(1_000_002);
        assertThat(lengths.getLast()).isEqualTo(1);
        assertThat(client.next()).contains("\"id\":1");
    }

    @Test
    void loginChangesDeliveredChannels() throws Exception {
        Hub hub = ipc.hub(
                Hub.builder()
                        .authKey("0123456789abcdef0123456789abcdef")
                        .authority((who, action, name) ->
                                name.equals("members") && !who.name().equals("ada")
                                        ? Permission.deny("members only")
                                        : Permission.allow()),
                Protocols.ipc());
        RawIpcClient client = ipc.admitted();
        hub.exchange().publish("members", 1).join();
        hub.exchange().publish("public", 2).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"public\",\"message\":2}");
        client.send("{\"topic\":\"#authenticate\",\"message\":\"" + hub.signToken(Map.of("sub", "ada")) + "\"}");
        assertThat(client.next()).startsWith("{\"topic\":\"#authenticated\"");
        hub.exchange().publish("members", 3).join();
        assertThat(client.next()).isEqualTo("{\"topic\":\"members\",\"message\":3}");
    }

    @Test
    void defaultDeliveryEndsWithTheLastClient() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.admitted();
        hub.exchange().publish("first", 1).join();
        assertThat(client.next()).contains("first");
        assertThat(hub.exchange().subscribers("first")).isEqualTo(1);
        client.close();
        Awaitility.await().until(() -> hub.connections().isEmpty());
        hub.exchange().publish("second", 1).join();
        assertThat(hub.exchange().subscribers("second")).isZero();
    }

    @Test
    void presenceIsSentToWatchers() throws Exception {
        ipc.hub(Hub.builder().presence("room/**"), Protocols.ipc());
        RawIpcClient watcher = ipc.admitted();
        watcher.send(
                "{\"topic\":\"#subscribe\",\"message\":\"x\"}",
                "{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"helio.presence.watch\",\"data\":{\"channel\":\"room/1\"}}}");
        assertThat(watcher.next()).startsWith("{\"topic\":\"#subscribed\"");
        assertThat(watcher.next())
                .isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":{\"members\":[],\"count\":0}}}");
        RawIpcClient member = ipc.admitted();
        member.send("{\"topic\":\"#subscribe\",\"message\":\"room/1\"}");
        assertThat(watcher.next())
                .startsWith("{\"topic\":\"#presence\",\"message\":{\"channel\":\"room/1\",\"joined\":[{\"id\":\"ipc-");
        member.close();
        assertThat(watcher.next())
                .startsWith("{\"topic\":\"#presence\",\"message\":{\"channel\":\"room/1\",\"left\":[{\"id\":\"ipc-");
    }

    @Test
    void hubSendsToOneConnection() throws Exception {
        Hub hub = ipc.hub();
        RawIpcClient client = ipc.admitted();
        hub.connections().iterator().next().send("hello", Map.of("n", 1));
        assertThat(client.next()).isEqualTo("{\"topic\":\"hello\",\"message\":{\"n\":1}}");
        hub.connections().iterator().next().close("bye");
        assertThat(client.next()).isEqualTo("end");
    }

    @Test
    void javaClientPublishesAndReceives() throws Exception {
        Hub hub = ipc.hub();
        IpcClient client = IpcClient.builder(ipc.file()).build();
        ipc.closing(client);
        BlockingQueue<Map<String, Integer>> received = new LinkedBlockingQueue<>();
        client.topic("t", new TypeRef<Map<String, Integer>>() {}).on(received::add);
        client.connect().get(10, TimeUnit.SECONDS);
        BlockingQueue<Object> published = new LinkedBlockingQueue<>();
        hub.channel("u").on(Object.class, published::add);
        client.send("u", List.of(1));
        assertThat(published.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of(1L));
        hub.exchange().publish("t", Map.of("n", 1)).join();
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Map.of("n", 1));
    }
}
