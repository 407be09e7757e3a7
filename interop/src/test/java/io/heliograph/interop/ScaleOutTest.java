package io.heliograph.interop;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.Position;
import io.heliograph.exchange.control.Command;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.server.config.HubConfig;
import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.Scratch;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hubs on one Redis, with clients of several protocols. */
@SuppressWarnings("NullAway.Init") // by startRedis()
class ScaleOutTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private RedisServer redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = scratch.closing(RedisServer.start(scratch.folder()));
    }

    private HubBuilder builder() {
        HubConfig config = HubConfig.sources()
                .set("engine.url", redis.uri(), "test")
                .set("engine.node-ttl", "5s", "test")
                .load();
        return config.applyTo(Hub.builder())
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .authKey(KEY)
                .presence("news")
                .authority((who, action, name) -> Permission.allow())
                .daemon(true);
    }

    private Hub start() {
        Hub hub = builder().build();
        scratch.closing(() -> value(hub.closeGracefully(Duration.ofSeconds(2))));
        hub.onError(failure -> {});
        value(hub.start());
        return hub;
    }

    private static String url(Hub hub, int listener) {
        return hub.listeners().get(listener).url();
    }

    private HubEnd end(HubEnd end, String channel) {
        scratch.closing(end::close);
        end.begin(channel);
        return end;
    }

    private List<HubEnd> ends(Hub first, Hub second) {
        return List.of(
                end(new HubEnds.SocketCluster(url(first, 0), false), "news"),
                end(new HubEnds.NpmRpc(url(first, 1), "json"), "news"),
                end(new HubEnds.Java(first), "news"),
                end(new HubEnds.NpmSocketCluster(url(second, 0), false), "news"),
                end(new HubEnds.Rpc(url(second, 1), RpcCodec.MSGPACK), "news"));
    }

    @Test
    void publicationsReachTheClientsOfAllHubs() throws Exception {
        List<HubEnd> ends = ends(start(), start());
        for (HubEnd from : ends) {
            from.publish("news", "\"" + from + "\"");
            for (HubEnd to : ends) {
                assertThat(to.next()).as("%s to %s", from, to).isEqualTo("\"" + from + "\"");
            }
        }
    }

    @Test
    void clientsOfAllHubsSeeOneOrder() throws Exception {
        Hub first = start();
        Hub second = start();
        List<HubEnd> ends = ends(first, second);
        List<CompletableFuture<?>> published = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            published.add(first.exchange().publish("news", i));
            published.add(second.exchange().publish("news", 1000 + i));
        }
        published.forEach(each -> value(each));
        for (int i = 0; i < 1000; i++) {
            String next = ends.getFirst().next();
            for (HubEnd to : ends.subList(1, ends.size())) {
                assertThat(to.next()).as("publication %d of %s", i, to).isEqualTo(next);
            }
        }
    }

    @Test
    void clientContinuesAtTheOtherHub() throws Exception {
        Hub first = start();
        Hub second = start();
        value(first.exchange().publish("news", 1));
        Position after = value(first.exchange().publish("news", 2));
        value(first.exchange().publish("news", 3));
        RealtimeClient client =
                RealtimeClient.builder(URI.create(url(second, 0))).connect();
        scratch.closing(client);
        List<Object> received = new CopyOnWriteArrayList<>();
        RealtimeChannel<Integer> channel = client.channel("news", Integer.class);
        channel.on(received::add);
        value(channel.subscribe(SubscribeOptions.defaults().withSince(after)).subscribed());
        await().until(() -> received.equals(List.of(3)));
    }

    private RealtimeClient login(Hub hub, String name) {
        String token = hub.signToken(Map.of("sub", name));
        RealtimeClient client = RealtimeClient.builder(URI.create(url(hub, 0)))
                .autoReconnect(false)
                .connect();
        scratch.closing(client);
        await().until(client::isConnected);
        value(client.authenticate(token));
        return client;
    }

    private static Connection only(Hub hub) {
        await().until(() -> hub.connections().size() == 1);
        return hub.connections().iterator().next();
    }

    @Test
    void disconnectReachesTheUserAtEveryHub() {
        Hub first = start();
        Hub second = start();
        login(first, "ada");
        login(second, "ada");
        login(second, "bob");
        assertThat(value(first.disconnect(new Command.Target.User("ada"), "bye")))
                .isEqualTo(2);
        await().until(() -> first.connections().isEmpty());
        assertThat(only(second).principal().name()).isEqualTo("bob");
    }

    @Test
    void kickOutReachesAConnectionOfAnotherHub() throws Exception {
        Hub first = start();
        Hub second = start();
        HubEnd end = end(new HubEnds.Rpc(url(second, 1), RpcCodec.JSON), "news");
        HubEnd other = end(new HubEnds.SocketCluster(url(first, 0), false), "news");
        assertThat(value(first.kickOut(
                        "news", new Command.Target.Connection(only(second).id()), "enough")))
                .isEqualTo(2);
        value(first.exchange().publish("news", 1));
        assertThat(other.next()).isEqualTo("1");
        assertThat(end.pending()).isZero();
        assertThat(second.exchange().isSubscribed("news")).isFalse();
    }

    private static List<String> members(Hub hub) {
        return value(hub.presence("news")).stream()
                .map(member -> member.id())
                .sorted()
                .toList();
    }

    @Test
    void membersOfAllHubsAreSeenAtEachHub() {
        Hub first = start();
        Hub second = start();
        end(new HubEnds.SocketCluster(url(first, 0), false), "news");
        end(new HubEnds.NpmRpc(url(second, 1), "json"), "news");
        List<String> both = Stream.of(only(first), only(second))
                .map(Connection::id)
                .sorted()
                .toList();
        await().until(() -> members(first).equals(both) && members(second).equals(both));
        List<String> rest = List.of(only(first).id());
        value(second.closeGracefully(Duration.ofSeconds(2)));
        await().until(() -> members(first).equals(rest));
    }

    @Test
    void hubThatStartsLaterRejectsRevokedTokens() {
        Hub first = start();
        RealtimeClient ada = login(first, "ada");
        String token = first.signToken(Map.of("sub", "ada"));
        value(first.revoke(new Command.Target.User("ada"), Instant.now().plusSeconds(3600)));
        Hub second = start();
        RealtimeClient client =
                RealtimeClient.builder(URI.create(url(second, 0))).connect();
        scratch.closing(client);
        await().until(client::isConnected);
        assertThat(failure(client.authenticate(token))).hasMessageContaining("revoked");
        assertThat(ada).isNotNull();
    }

    @Test
    void startFailsWithoutRedis() {
        redis.kill();
        Hub hub = builder().build();
        assertThatThrownBy(() -> value(hub.start()))
                .hasMessageContaining("Redis at [127.0.0.1:" + redis.port() + "] is not available");
    }
}
