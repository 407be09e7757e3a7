package io.heliograph.exchange.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.RespConnection;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The functions of {@code control.lua} on a Redis server, without the Java classes that call them. */
class ControlFunctionsTest {

    private static final String TTL = "15000";

    @RegisterExtension
    private final Scratch scratch = new Scratch();

    private RedisServer server;
    private RespConnection redis;
    private int candidates;

    @BeforeEach
    void load() throws IOException {
        server = scratch.closing(RedisServer.start(scratch.folder()));
        redis = scratch.closing(server.connect());
        loadFunctions();
    }

    private void loadFunctions() throws IOException {
        redis.command("FUNCTION", "LOAD", FunctionLibrary.current().text());
    }

    private List<?> call(String function, List<String> keys, String... arguments) throws IOException {
        List<String> line =
                new ArrayList<>(List.of("FCALL", FunctionLibrary.current().function(function), "" + keys.size()));
        keys.forEach(key -> line.add("helio:{0}:" + key));
        line.addAll(List.of(arguments));
        Object reply = redis.command(line.toArray(new String[0]));
        return reply instanceof List<?> list ? list : List.of(String.valueOf(reply));
    }

    private String candidate() {
        return "c" + ++candidates;
    }

    private List<?> beat(String node, boolean joined, String ttl, String version) throws IOException {
        return call(
                "beat",
                List.of("n", "i", "d", "x", "m", "s:" + node, "w"),
                candidate(),
                node,
                "about " + node,
                joined ? "1" : "0",
                ttl,
                "30000",
                version,
                "3");
    }

    private List<?> command(String sender, int base, int number, String text) throws IOException {
        return command(sender, base, number, text, "", 2);
    }

    private List<?> command(String sender, int base, int number, String text, String until, int max)
            throws IOException {
        return call(
                "command",
                List.of("m", "l", "s:" + sender, "r:" + sender, "v", "w"),
                candidate(),
                sender,
                "" + base,
                "" + number,
                text,
                until,
                "" + max);
    }

    private List<?> commands(int after) throws IOException {
        return call("commands", List.of("m", "l"), candidate(), "" + after);
    }

    private void age(String node, long millis) throws IOException {
        redis.command("ZINCRBY", "helio:{0}:n", "-" + millis, node);
    }

    @Test
    void beatReturnsNodesWhenMembershipChanged() throws IOException {
        List<?> first = beat("a-1", false, TTL, "");
        assertThat(first.subList(0, 6)).isEqualTo(List.of("alive", "c1", "0", "0", List.of(), "c1"));
        assertThat(first.get(6)).isEqualTo(List.of("a-1", "about a-1"));
        List<?> second = beat("b-1", false, TTL, "");
        assertThat(second.get(6)).isEqualTo(List.of("a-1", "about a-1", "b-1", "about b-1"));
        assertThat(beat("b-1", true, TTL, "c2")).hasSize(6);
        assertThat(beat("a-1", true, TTL, "c1")).hasSize(8);
    }

    @Test
    void silentNodeIsDeclaredDeadAndReapedByOne() throws IOException {
        beat("a-1", false, TTL, "");
        beat("b-1", false, TTL, "");
        age("b-1", 15_001);
        List<?> declared = beat("a-1", true, TTL, "");
        assertThat(declared.get(4)).isEqualTo(List.of("b-1"));
        assertThat(declared.get(6)).isEqualTo(List.of("a-1", "about a-1"));
        assertThat(declared.get(7)).isEqualTo(List.of("b-1"));
        assertThat(beat("c-1", false, TTL, "").get(4)).isEqualTo(List.of());
        assertThat(beat("b-1", true, TTL, "")).isEqualTo(List.of("dead"));
        redis.command("ZADD", "helio:{0}:d", "0", "b-1");
        assertThat(beat("c-1", true, TTL, "").get(4)).isEqualTo(List.of("b-1"));
        call("reaped", List.of("d"), "b-1");
        assertThat(beat("b-1", true, TTL, "")).isEqualTo(List.of("dead"));
    }

    @Test
    void noNodeIsDeclaredDeadAfterRedisWasAway() throws IOException {
        beat("a-1", false, TTL, "");
        beat("b-1", false, TTL, "");
        age("a-1", 20_000);
        age("b-1", 20_000);
        assertThat(beat("a-1", true, TTL, "").get(4)).isEqualTo(List.of());
        assertThat(beat("b-1", true, TTL, "").getFirst()).isEqualTo("alive");
    }

    @Test
    void nodeRejoinsRedisThatLostIt() throws IOException {
        beat("a-1", false, TTL, "");
        redis.command("FLUSHALL");
        assertThat(beat("a-1", true, TTL, "").getFirst()).isEqualTo("rejoined");
        assertThat(beat("a-1", true, TTL, "").getFirst()).isEqualTo("alive");
    }

    @Test
    void nodesOfAFullRedisStayAlive() throws IOException {
        beat("a-1", false, TTL, "");
        command("s-1", 1, 1, "one");
        redis.command("CONFIG", "SET", "maxmemory", "1");
        assertThat(beat("a-1", true, TTL, "").getFirst()).isEqualTo("alive");
        assertThat(commands(0).get(1)).isEqualTo("1");
        assertThatThrownBy(() -> command("s-1", 1, 2, "two")).hasMessageStartingWith("OOM");
        call("depart", List.of("n", "i", "w"), candidate(), "a-1");
    }

    @Test
    void nodesAreLimited() throws IOException {
        for (String node : List.of("a-1", "b-1", "c-1")) {
            assertThat(beat(node, false, TTL, "").getFirst()).isEqualTo("alive");
        }
        assertThat(beat("d-1", false, TTL, "")).isEqualTo(List.of("full"));
        call("depart", List.of("n", "i", "w"), candidate(), "c-1");
        assertThat(beat("d-1", false, TTL, "").getFirst()).isEqualTo("alive");
    }

    @Test
    void commandsOfASenderKeepTheirOrder() throws IOException {
        assertThat(command("s-1", 1, 1, "one")).isEqualTo(List.of("sent", "1"));
        assertThat(command("s-1", 1, 3, "three")).isEqualTo(List.of("missing", "1"));
        assertThat(command("s-1", 1, 2, "two")).isEqualTo(List.of("sent", "2"));
        assertThat(command("s-1", 1, 1, "one")).isEqualTo(List.of("sent", "2"));
        assertThat(command("s-2", 7, 7, "other")).isEqualTo(List.of("sent", "7"));
        assertThat(commands(0))
                .isEqualTo(List.of("c1", "3", List.of("c1 1 s-1 1 one", "c1 2 s-1 2 two", "c1 3 s-2 7 other")));
    }

    @Test
    void readBeginsWithTheEntryAtTheOffset() throws IOException {
        command("s-1", 1, 1, "one");
        command("s-1", 1, 2, "two");
        assertThat(commands(1).get(2)).isEqualTo(List.of("c1 1 s-1 1 one", "c1 2 s-1 2 two"));
        assertThat(commands(2).get(2)).isEqualTo(List.of("c1 2 s-1 2 two"));
        assertThat(commands(9).get(2)).isEqualTo(List.of("c1 1 s-1 1 one", "c1 2 s-1 2 two"));
        redis.command("LTRIM", "helio:{0}:l", "1", "-1");
        assertThat(commands(0).get(2)).isEqualTo(List.of("c1 2 s-1 2 two"));
    }

    @Test
    void anotherProcessBeginsANewTerm() throws IOException {
        RedisServer replica = scratch.closing(RedisServer.start(scratch.folder()));
        command("s-1", 1, 1, "one");
        replica.replicate(server);
        replica.detach();
        command("s-1", 1, 2, "lost");
        replica.promote();
        redis = scratch.closing(replica.connect());
        assertThat(command("s-1", 1, 3, "three")).isEqualTo(List.of("missing", "1"));
        assertThat(command("s-1", 2, 2, "lost")).isEqualTo(List.of("sent", "2"));
        assertThat(commands(0).get(2)).isEqualTo(List.of("c1 1 s-1 1 one", "c4 2 s-1 2 lost"));
    }

    @Test
    void repliesAreKeptUntilTheSenderDeletesThem() throws IOException {
        call("executed", List.of("r:s-1", "w"), "s-1", "a-1", "1", "1", "2", "0");
        assertThat(call("replies", List.of("r:s-1"))).isEqualTo(List.of("1 a-1", "1", "2 a-1", "0"));
        assertThat(call("replies", List.of("r:s-1"), "1 a-1")).isEqualTo(List.of("2 a-1", "0"));
    }

    @Test
    void revocationsAreLimitedAndExpire() throws IOException {
        String end = String.valueOf(System.currentTimeMillis() + 60_000);
        command("s-1", 1, 1, "past", "1", 2);
        command("s-1", 1, 2, "one", end, 2);
        command("s-1", 1, 3, "two", end, 2);
        command("s-1", 1, 4, "three", end, 2);
        command("s-1", 1, 5, "one", end, 2);
        assertThat(call("replies", List.of("r:s-1"))).isEqualTo(List.of("4 ", "full"));
        assertThat(call("revocations", List.of("v"), "0", "10")).isEqualTo(List.of("two", "one"));
        assertThat(call("revocations", List.of("v"), "1", "10")).isEqualTo(List.of("one"));
        redis.command("ZADD", "helio:{0}:v", "1", "two");
        assertThat(call("revoke", List.of("v"), "2", "three", end, "four", end)).isEqualTo(List.of("1"));
        assertThat(call("revocations", List.of("v"), "0", "10")).isEqualTo(List.of("three", "one"));
    }
}
