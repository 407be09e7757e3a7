package io.heliograph.exchange.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.testkit.RedisException;
import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.RespConnection;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The functions of {@code functions.lua} on a Redis server, without the Java classes that call them. */
class PublishFunctionsTest {

    private static final String P = "helio:{0}:";
    private static final String AGE = "300000";
    private static final String RETENTION = "3600000";

    @RegisterExtension
    private final Scratch scratch = new Scratch();

    private RedisServer server;
    private RespConnection redis;
    private int candidates;
    private int limit = 100;

    @BeforeEach
    void load() throws IOException {
        server = scratch.closing(RedisServer.start(scratch.folder(), "maxmemory-policy", "noeviction"));
        redis = scratch.closing(server.connect());
        loadFunctions();
    }

    private void loadFunctions() throws IOException {
        redis.command("FUNCTION", "LOAD", FunctionLibrary.current().text());
    }

    /** Message of a batch: a channel, a body, and an id or none. */
    private record Draft(String channel, String body, String publisher, long sequence) {
        Draft(String channel, String body) {
            this(channel, body, "", 0);
        }
    }

    private static Draft identified(String body, long sequence) {
        return new Draft("news", body, "someone", sequence);
    }

    private List<String> publish(int number, Draft... drafts) throws IOException {
        return publish("pipe", number, 1, drafts);
    }

    private List<String> publish(String pipeline, int number, int base, Draft... drafts) throws IOException {
        List<String> keys = new ArrayList<>(List.of(P + "t", P + "l:" + pipeline));
        List<String> channels = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        for (Draft draft : drafts) {
            if (!channels.contains(draft.channel)) {
                channels.add(draft.channel);
                keys.addAll(List.of(P + "m:" + draft.channel, P + "s:" + draft.channel, P + "c:" + draft.channel));
                arguments.addAll(List.of("" + limit, AGE, RETENTION));
            }
        }
        for (Draft draft : drafts) {
            arguments.add("" + (channels.indexOf(draft.channel) + 1));
            arguments.add(draft.body);
            if (draft.publisher.isEmpty()) {
                arguments.addAll(List.of("0", ""));
            } else {
                keys.add(P + "i:" + draft.channel + ":" + draft.publisher);
                arguments.addAll(List.of("" + keys.size(), "%019d".formatted(draft.sequence)));
            }
        }
        List<String> line =
                new ArrayList<>(List.of("FCALL", FunctionLibrary.current().function("publish"), "" + keys.size()));
        line.addAll(keys);
        line.addAll(List.of(candidate(), "" + number, "" + base, "" + System.currentTimeMillis(), "120000"));
        line.add("" + channels.size());
        line.addAll(arguments);
        return strings(redis.command(line.toArray(new String[0])));
    }

    private String candidate() {
        return "c" + ++candidates;
    }

    private String join(String channel) throws IOException {
        return String.valueOf(redis.command(
                "FCALL",
                FunctionLibrary.current().function("join"),
                "3",
                P + "t",
                P + "m:" + channel,
                P + "s:" + channel,
                candidate(),
                RETENTION));
    }

    private List<String> check(String channel, String position) throws IOException {
        String[] words = position.split(":", 2);
        return strings(redis.command(
                "FCALL",
                FunctionLibrary.current().function("check"),
                "1",
                P + "m:" + channel,
                words[0],
                words[1],
                RETENTION));
    }

    private List<String> log(String channel) throws IOException {
        return strings(redis.command("LRANGE", P + "s:" + channel, "0", "-1"));
    }

    private static List<String> strings(@Nullable Object reply) {
        return ((List<?>) Objects.requireNonNull(reply))
                .stream().map(String::valueOf).toList();
    }

    @Test
    void batchIsStoredWithPredecessors() throws Exception {
        assertThat(publish(1, new Draft("news", "a"), new Draft("other", "x"), new Draft("news", "b")))
                .containsExactly("ok", "c1:1,c1:1,c1:2");
        assertThat(publish(2, new Draft("news", "c"))).containsExactly("ok", "c1:3");
        assertThat(log("news")).containsExactly("1 c1 = a", "2 c1 = b", "3 c1 = c");
        assertThat(log("other")).containsExactly("1 c1 = x");
    }

    @Test
    void bundleOfEachChannelIsDistributed() throws Exception {
        try (RespConnection subscriber = server.connect()) {
            subscriber.command("SSUBSCRIBE", P + "c:news");
            publish(1, new Draft("news", "a"), new Draft("news", "b c"));
            assertThat(strings(subscriber.read())).containsExactly("smessage", P + "c:news", "1 c1 c1 1 a 3 b c");
            server.flushFunctions();
            loadFunctions();
            publish(2, new Draft("news", "d"));
            assertThat(strings(subscriber.read())).containsExactly("smessage", P + "c:news", "3 c2 c1 1 d");
        }
    }

    @Test
    void repeatedBatchChangesNothing() throws Exception {
        publish(1, new Draft("news", "a"));
        assertThat(publish(1, new Draft("news", "a"))).containsExactly("again", "c1:1");
        assertThat(log("news")).containsExactly("1 c1 = a");
    }

    @Test
    void resultsOfTheLastSixteenBatchesAreKept() throws Exception {
        for (int i = 1; i <= 17; i++) {
            publish(i, new Draft("news", "" + i));
        }
        assertThat(publish(2, new Draft("news", "2"))).containsExactly("again", "c1:2");
        assertThat(publish(1, new Draft("news", "1"))).containsExactly("again", "");
    }

    @Test
    void batchBeforeItsPredecessorIsRefused() throws Exception {
        publish(1, new Draft("news", "a"));
        assertThat(publish(3, new Draft("news", "c"))).containsExactly("missing", "1");
        assertThat(publish("pipe", 3, 3, new Draft("news", "c"))).containsExactly("ok", "c1:2");
        assertThat(log("news")).containsExactly("1 c1 = a", "2 c1 = c");
    }

    @Test
    void anotherProcessGivesNewTerm() throws Exception {
        publish(1, new Draft("news", "a"));
        server.flushFunctions();
        loadFunctions();
        assertThat(publish(2, new Draft("news", "b"), new Draft("news", "c"))).containsExactly("ok", "c2:2,c2:3");
        assertThat(log("news")).containsExactly("1 c1 = a", "2 c2 c1 b", "3 c2 = c");
    }

    @Test
    void writerThatWasReplacedTakesNewTerm() throws Exception {
        publish(1, new Draft("news", "a"));
        redis.command("SET", P + "t", "another");
        assertThat(publish(2, new Draft("news", "b"))).containsExactly("ok", "c2:2");
        assertThat(publish(3, new Draft("news", "c"))).containsExactly("ok", "c2:3");
    }

    @Test
    void evictedHeadBeginsNewLog() throws Exception {
        publish(1, new Draft("news", "a"), new Draft("news", "b"));
        redis.command("DEL", P + "m:news");
        assertThat(publish(2, new Draft("news", "c"))).containsExactly("ok", "c2:1");
        assertThat(log("news")).containsExactly("1 c2 = c");
    }

    @Test
    void evictedLogKeepsItsOffsets() throws Exception {
        publish(1, new Draft("news", "a"));
        redis.command("DEL", P + "s:news");
        publish(2, new Draft("news", "b"));
        assertThat(log("news")).containsExactly("2 c1 = b");
    }

    @Test
    void logIsTrimmedToItsLimit() throws Exception {
        limit = 8;
        publish(1, numbered(1, 10));
        assertThat(log("news")).hasSize(10);
        publish(2, numbered(11, 11));
        assertThat(log("news")).hasSize(8).first().isEqualTo("4 c1 = 4");
    }

    private static Draft[] numbered(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> new Draft("news", "" + i))
                .toArray(Draft[]::new);
    }

    @Test
    void channelWithoutHistoryHasPositions() throws Exception {
        limit = 0;
        assertThat(publish(1, new Draft("news", "a"))).containsExactly("ok", "c1:1");
        assertThat(publish(2, new Draft("news", "b"))).containsExactly("ok", "c1:2");
        assertThat(log("news")).isEmpty();
        assertThat(join("news")).isEqualTo("c1:2");
    }

    @Test
    void idIsPublishedOnce() throws Exception {
        assertThat(publish(1, identified("a", 1), identified("b", 2), identified("a", 1)))
                .containsExactly("ok", "c1:1,c1:2,c1:1");
        assertThat(publish("other", 1, 1, identified("b", 2))).containsExactly("ok", "c1:2");
        assertThat(log("news")).containsExactly("1 c1 = a", "2 c1 = b");
    }

    @Test
    void outcomeOfForgottenIdIsUnknown() throws Exception {
        for (int i = 1; i <= 17; i++) {
            publish(i, identified("" + i, i));
        }
        assertThat(publish(18, identified("1", 1), identified("2", 2), identified("18", 18)))
                .containsExactly("ok", "?,c1:2,c1:18");
        assertThat(publish(19, identified("20", 20), identified("19", 19))).containsExactly("ok", "c1:19,?");
    }

    @Test
    void failedBatchDoesNotRememberItsIds() throws Exception {
        redis.command("SET", P + "m:broken", "a foreign value");
        assertThatThrownBy(() -> publish(1, identified("a", 1), new Draft("broken", "x")))
                .isInstanceOf(RedisException.class)
                .hasMessageContaining("WRONGTYPE");
        assertThat(log("news")).isEmpty();
        assertThat(publish(1, identified("a", 1))).containsExactly("ok", "c2:1");
        assertThat(log("news")).containsExactly("1 c2 = a");
    }

    @Test
    void joinedChannelKeepsItsStart() throws Exception {
        assertThat(join("news")).isEqualTo("c1:0");
        assertThat(join("news")).isEqualTo("c1:0");
        publish(1, new Draft("news", "a"));
        assertThat(join("news")).isEqualTo("c1:1");
    }

    @Test
    void firstMessageInNewTermNamesTheStart() throws Exception {
        join("news");
        server.flushFunctions();
        loadFunctions();
        publish(1, new Draft("news", "a"));
        assertThat(log("news")).containsExactly("1 c2 c1 a");
    }

    @Test
    void checkReturnsDifferentHeads() throws Exception {
        publish(1, new Draft("news", "a"));
        assertThat(check("news", "c1:1")).isEmpty();
        assertThat(check("news", "c1:0")).containsExactly("1");
        assertThat(check("news", "c9:1")).containsExactly("1");
        assertThat(check("unknown", "c1:0")).containsExactly("1");
    }

    @Test
    void useExtendsTheRetention() throws Exception {
        publish(1, new Draft("news", "a"));
        for (String use : List.of("check", "join")) {
            redis.command("PEXPIRE", P + "m:news", "1000");
            if (use.equals("check")) {
                check("news", "c1:1");
            } else {
                join("news");
            }
            assertThat((Long) redis.command("PTTL", P + "m:news")).as(use).isGreaterThan(1000L);
        }
    }

    @Test
    void fullServerRefusesBatchAsAWholeAndChecksHeads() throws Exception {
        publish(1, new Draft("news", "a"));
        redis.command("CONFIG", "SET", "maxmemory", "1");
        assertThatThrownBy(() -> publish(2, new Draft("news", "b"))).hasMessageContaining("OOM");
        assertThat(check("news", "c1:0")).containsExactly("1");
        redis.command("CONFIG", "SET", "maxmemory", "0");
        assertThat(publish(2, new Draft("news", "b"))).containsExactly("ok", "c1:2");
    }
}
