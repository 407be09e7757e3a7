package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.RawPeer.publication;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SlowConsumer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerRecoveryTest {

    private static final Pattern ANSWER =
            Pattern.compile("\\{'rid':(\\d+),'data':\\{'position':'([0-9a-z]+):(\\d+)'(.*)}}");

    private static ServerFixture withHistory() {
        return ServerFixture.listening(ServerRecoveryTest::history);
    }

    private static void history(RealtimeServer.Builder options) {
        options.history(HistoryLimits.of(100, Duration.ofMinutes(5)));
    }

    /** Response of a subscription with positions. */
    private record Answer(String epoch, long offset, String rest) {

        String at(long offset) {
            return epoch + ":" + offset;
        }
    }

    private static Answer subscribe(RawPeer peer, String channel, String since) {
        String answer =
                peer.ask("{'event':'#subscribe','data':{'channel':'" + channel + "','since':'" + since + "'},'cid':7}");
        Matcher matcher = ANSWER.matcher(answer);
        assertThat(matcher.matches()).as(answer).isTrue();
        return new Answer(matcher.group(2), Long.parseLong(matcher.group(3)), matcher.group(4));
    }

    private static String positioned(String channel, Object data, String position) {
        return "{'event':'#publish','data':{'channel':'"
                + channel
                + "','data':"
                + data
                + ",'position':'"
                + position
                + "'}}";
    }

    @Test
    void emptySinceRequestsPositions() {
        try (var fixture = withHistory()) {
            RawPeer peer = fixture.join();
            fixture.server.exchange().publish("a", 1).join();
            Answer answer = subscribe(peer, "a", "");
            assertThat(answer.offset).isEqualTo(1);
            assertThat(answer.rest).isEmpty();
            fixture.server.exchange().publish("a", 2).join();
            fixture.server.exchange().publish("a").join();
            assertThat(peer.next()).isEqualTo(positioned("a", 2, answer.at(2)));
            assertThat(peer.next())
                    .isEqualTo("{'event':'#publish','data':{'channel':'a','position':'" + answer.at(3) + "'}}");
        }
    }

    @Test
    void subscriberWithoutSinceReceivesNoPosition() {
        try (var fixture = withHistory()) {
            RawPeer plain = fixture.join().subscribe("a");
            RawPeer recovering = fixture.join();
            Answer answer = subscribe(recovering, "a", "");
            fixture.server.exchange().publish("a", 1).join();
            assertThat(plain.next()).isEqualTo(publication("a", 1));
            assertThat(recovering.next()).isEqualTo(positioned("a", 1, answer.at(1)));
        }
    }

    @Test
    void missedPublicationsFollowTheResponse() {
        try (var fixture = withHistory()) {
            RawPeer peer = fixture.join();
            Answer before = subscribe(peer, "a", "");
            fixture.server.exchange().publish("a", 1).join();
            peer.next();
            peer.cut();
            for (int i = 2; i <= 4; i++) {
                fixture.server.exchange().publish("a", i).join();
            }
            RawPeer again = fixture.join();
            Answer answer = subscribe(again, "a", before.at(1));
            assertThat(answer).isEqualTo(new Answer(before.epoch, 4, ",'recovered':true"));
            fixture.server.exchange().publish("a", 5).join();
            for (int i = 2; i <= 5; i++) {
                assertThat(again.next()).isEqualTo(positioned("a", i, before.at(i)));
            }
            again.expectSilence();
        }
    }

    @Test
    void batchOfSubscriptionsRecoversEachChannel() {
        try (var fixture = withHistory()) {
            RawPeer peer = fixture.join();
            Answer a = subscribe(peer, "a", "");
            Answer b = subscribe(peer, "b", "");
            fixture.server.exchange().publish("a", 1).join();
            fixture.server.exchange().publish("b", 2).join();
            RawPeer again = fixture.join();
            again.send("[{'event':'#subscribe','data':{'channel':'a','since':'"
                    + a.at(0)
                    + "'},'cid':2},{'event':'#subscribe','data':{'channel':'b','since':'"
                    + b.at(1)
                    + "'},'cid':3},{'event':'#subscribe','data':{'channel':'c'},'cid':4}]");
            assertThat(again.next(4))
                    .containsExactlyInAnyOrder(
                            "{'rid':2,'data':{'position':'" + a.at(1) + "','recovered':true}}",
                            positioned("a", 1, a.at(1)),
                            "{'rid':3,'data':{'position':'" + b.at(1) + "','recovered':true}}",
                            "{'rid':4}")
                    .containsSubsequence(
                            "{'rid':2,'data':{'position':'" + a.at(1) + "','recovered':true}}",
                            positioned("a", 1, a.at(1)));
        }
    }

    @Test
    void impossibleRecoveryGivesReason() {
        try (var fixture =
                ServerFixture.listening(options -> options.history(HistoryLimits.of(2, Duration.ofMinutes(5))))) {
            RawPeer peer = fixture.join();
            Answer before = subscribe(peer, "a", "");
            peer.cut();
            for (int i = 1; i <= 3; i++) {
                fixture.server.exchange().publish("a", i).join();
            }
            RawPeer again = fixture.join();
            assertThat(subscribe(again, "a", before.at(0)))
                    .isEqualTo(new Answer(before.epoch, 3, ",'recovered':false,'reason':'too-old'"));
            fixture.server.exchange().publish("a", 4).join();
            assertThat(again.next()).isEqualTo(positioned("a", 4, before.at(4)));
        }
    }

    @Test
    void foreignPositionGivesReason() {
        try (var fixture = withHistory()) {
            fixture.server.exchange().publish("a", 1).join();
            Answer answer = subscribe(fixture.join(), "a", "1:1");
            assertThat(answer.rest).isEqualTo(",'recovered':false,'reason':'forked'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "null", "'x'", "'1:'", "'1:-1'", "['1:1']"})
    void malformedSinceIsRejected(String since) {
        try (var fixture = withHistory()) {
            var joined = fixture.joined();
            assertThat(joined.peer().ask("{'event':'#subscribe','data':{'channel':'a','since':" + since + "},'cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'Subscribe position was malformatted (expected: a position"
                            + " of this server, or an empty string)','name':'InvalidActionError'}}");
            assertThat(joined.socket().subscriptions()).isEmpty();
        }
    }

    @Test
    void subscribingAgainWithSinceReplacesSubscription() {
        try (var fixture = withHistory()) {
            var joined = fixture.joined();
            RawPeer peer = joined.peer().subscribe("a");
            fixture.server.exchange().publish("a", 1).join();
            assertThat(peer.next()).isEqualTo(publication("a", 1));
            Answer answer = subscribe(peer, "a", "");
            assertThat(answer.offset).isEqualTo(1);
            fixture.server.exchange().publish("a", 2).join();
            assertThat(peer.next()).isEqualTo(positioned("a", 2, answer.at(2)));
            assertThat(subscribe(peer, "a", answer.at(0)).rest).isEqualTo(",'recovered':true");
            assertThat(peer.next(2))
                    .containsExactly(positioned("a", 1, answer.at(1)), positioned("a", 2, answer.at(2)));
            peer.expectSilence();
            assertThat(fixture.server.exchange().subscribers("a")).isOne();
            assertThat(joined.socket().subscriptions()).containsExactly("a");
        }
    }

    @Test
    void repeatedPublishWithIdIsPublishedOnce() {
        try (var fixture = withHistory()) {
            RawPeer subscriber = fixture.join().subscribe("a");
            RawPeer peer = fixture.join();
            String packet =
                    "{'event':'#publish','data':{'channel':'a','data':1,'id':['0123456789abcdefABCD-_',3]},'cid':";
            String first = peer.ask(packet + "5}");
            Matcher matcher = ANSWER.matcher(first);
            assertThat(matcher.matches()).as(first).isTrue();
            assertThat(matcher.group(3)).isEqualTo("1");
            assertThat(peer.ask(packet + "6}")).isEqualTo(first.replace("'rid':5", "'rid':6"));
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'a','data':2},'cid':7}"))
                    .isEqualTo("{'rid':7}");
            assertThat(subscriber.next(2)).containsExactly(publication("a", 1), publication("a", 2));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "['0123456789abcdefABCD-_']",
                "['0123456789abcdefABCD-',1]",
                "['0123456789abcdefABCD-/',1]",
                "['0123456789abcdefABCD-_',-1]",
                "['0123456789abcdefABCD-_',1.5]",
                "['',1]"
            })
    void malformedPublishIdIsRejected(String id) {
        try (var fixture = withHistory()) {
            assertThat(fixture.join()
                            .ask("{'event':'#publish','data':{'channel':'a','data':1,'id':" + id + "},'cid':5}"))
                    .isEqualTo(
                            "{'rid':5,'error':{'message':'Publish id was malformatted (expected: an array of 22 to 64"
                                    + " characters A-Z a-z 0-9 _ - and a sequence)','name':'InvalidActionError'}}");
            assertThat(fixture.server.exchange().stats().published()).isZero();
        }
    }

    @Test
    void replacedDataKeepsPosition() {
        try (var fixture = withHistory()) {
            fixture.server.middleware(
                    Action.PublishOut.class, action -> CompletableFuture.completedFuture(Decision.allow("replaced")));
            RawPeer peer = fixture.join();
            Answer answer = subscribe(peer, "a", "");
            fixture.server.exchange().publish("a", 1).join();
            assertThat(peer.next()).isEqualTo(positioned("a", "'replaced'", answer.at(1)));
        }
    }

    @Test
    void minBinPublicationWithPositionHasGeneralForm() {
        try (var fixture = ServerFixture.listening(options -> {
            history(options);
            options.codec(RealtimeCodec.minBin());
        })) {
            RawPeer peer = fixture.connect();
            peer.sendBinary(bytes("81a16593" + hex("#handshake") + "c001"));
            peer.nextFrame();
            peer.sendBinary(
                    bytes("81a16593" + hex("#subscribe") + "82" + hex("channel") + hex("a") + hex("since") + "a002"));
            String response = HexFormat.of().formatHex(peer.nextFrame().toByteArray());
            assertThat(response).startsWith("81a1729302c081" + hex("position"));
            String start = response.substring(("81a1729302c081" + hex("position")).length(), response.length() - 2);
            fixture.server.exchange().publish("a", 1).join();
            fixture.server.exchange().publish("a").join();
            String head = "81a16592" + hex("#publish") + "83" + hex("channel") + hex("a") + hex("data");
            assertThat(HexFormat.of().formatHex(peer.nextFrame().toByteArray()))
                    .isEqualTo(head + "01" + hex("position") + start + "31");
            assertThat(HexFormat.of().formatHex(peer.nextFrame().toByteArray()))
                    .isEqualTo(head + "c0" + hex("position") + start + "32");
        }
    }

    /** Returns a short string in MessagePack. */
    private static String hex(String text) {
        return HexFormat.of().toHexDigits((byte) (0xa0 | text.length()))
                + HexFormat.of().formatHex(text.getBytes(US_ASCII));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @ParameterizedTest
    @EnumSource(value = SlowConsumer.class, mode = EnumSource.Mode.EXCLUDE, names = "CLOSE")
    void droppedPublicationsAreReportedInOrder(SlowConsumer policy) {
        try (var fixture = ServerFixture.listening(options -> {
            history(options);
            options.slowConsumer(policy).maxQueuedBytes(200_000);
        })) {
            List<DropReason> drops = new CopyOnWriteArrayList<>();
            fixture.server.on(ServerEvent.Dropped.class, event -> drops.add(event.reason()));
            RawPeer slow = fixture.join();
            Answer answer = subscribe(slow, "a", "");
            slow.link().reading(false);
            long published = 0;
            while (drops.isEmpty() || published % 50 != 0) {
                fixture.server.exchange().publish("a", "x".repeat(10_000)).join();
                published++;
                assertThat(published).isLessThan(5000);
            }
            slow.link().reading(true);
            String gap = "\\{'event':'#gap','data':\\{'channel':'a','position':'" + answer.epoch + ":(\\d+)','reason':'"
                    + (policy == SlowConsumer.CONFLATE_PER_CHANNEL ? "conflated" : "queue-full") + "'}}";
            long last = 0;
            int gaps = 0;
            while (last < published) {
                String next = slow.next();
                Matcher matcher = Pattern.compile(gap).matcher(next);
                if (matcher.matches()) {
                    last = Long.parseLong(matcher.group(1));
                    gaps++;
                } else {
                    assertThat(next).endsWith(",'position':'" + answer.at(++last) + "'}}");
                }
            }
            assertThat(gaps).isPositive();
            slow.expectSilence();
        }
    }

    @Test
    void historyWithSharedExchangeIsRejected() {
        try (Exchange exchange = Exchange.inMemory()) {
            RealtimeServer.Builder builder = RealtimeServer.builder().exchange(exchange);
            history(builder);
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "history: set together with exchange (expected: one of them; set the history of the exchange)");
        }
    }
}
