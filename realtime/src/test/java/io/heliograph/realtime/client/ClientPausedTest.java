package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.EventStream;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that have paused reading. */
class ClientPausedTest {

    private final List<Request<Integer>> requests = new ArrayList<>();
    private ScriptedClient scripted = new ScriptedClient(options -> options.maxPendingCalls(1));

    @AfterEach
    void close() {
        scripted.close();
    }

    /** Opens a connection and pauses reading by an unanswered request of the server. */
    private ScriptedLink paused() {
        scripted.client.onProcedure("keep", Integer.class, (data, request) -> requests.add(request));
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"keep\",\"data\":1,\"cid\":1}");
        assertThat(link.reading).isFalse();
        return link;
    }

    @Test
    void disconnectResumesReading() {
        ScriptedLink link = paused();
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(link.reading).isTrue();
    }

    @Test
    void unreadPingsDoNotMakeConnectionStale() {
        ScriptedLink link = paused();
        scripted.server.advance(Duration.ofMinutes(2));
        scripted.client.transmit("event", 1);
        assertThat(link.all()).containsExactly("{\"event\":\"event\",\"data\":1}");
        assertThat(link.ending()).isNull();
    }

    @Test
    void unreadStreamsHaveTheirOwnLimitInBytes() {
        close();
        scripted = new ScriptedClient(options -> options.maxMessageBytes(1000));
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> unread = scripted.subscribed(link, "news");
        EventStream<ClientEvent.Raw> read = scripted.client.stream(ClientEvent.Raw.class);
        String filler = "x".repeat(800);
        link.receive(
                ScriptedLink.publish("news", '"' + filler + '"'), ScriptedLink.publish("news", '"' + filler + '"'));
        link.receive(filler, filler);
        scripted.server.run();
        assertThat(link.reading).isTrue();
        assertThat(unread.next(Duration.ZERO).value()).isEqualTo(filler);
        assertThat(read.next(Duration.ZERO).message().utf8()).isEqualTo(filler);
    }
}
