package io.heliograph.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of {@code helio connect} and the operations that they become. */
class ClientSessionTest {

    private final List<String> operations = new ArrayList<>();
    private final List<String> printed = new ArrayList<>();
    private Payload answer = Json.payload("[\"sum\",\"time\"]");

    private final HubClient client = new HubClient() {
        @Override
        public CompletableFuture<Void> connect() {
            return done("connect");
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public CompletableFuture<Void> authenticate(String token) {
            return done("authenticate " + token);
        }

        @Override
        public CompletableFuture<Void> login(Payload credentials) {
            return done("login " + credentials.text());
        }

        @Override
        public CompletableFuture<Void> subscribe(String channel, @Nullable Payload data) {
            return done("subscribe " + channel);
        }

        @Override
        public CompletableFuture<Void> unsubscribe(String channel) {
            return done("unsubscribe " + channel);
        }

        @Override
        public CompletableFuture<Void> publish(String channel, Payload data) {
            return done("publish " + channel + " " + data.text());
        }

        @Override
        public CompletableFuture<Payload> call(String procedure, @Nullable Payload data) {
            operations.add("call " + procedure + (data == null ? "" : " " + data.text()));
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public CompletableFuture<Void> transmit(String procedure, @Nullable Payload data) {
            return done("transmit " + procedure + (data == null ? "" : " " + data.text()));
        }

        @Override
        public Endpoint endpoint() {
            throw new AssertionError();
        }
    };

    private final ClientSession session = new ClientSession(client, new ClientSession.Printer() {
        @Override
        public void print(Event event) {
            StringBuilder line = new StringBuilder(event.name());
            event.members()
                    .forEach(member ->
                            line.append(' ').append(member.name()).append('=').append(member.json()));
            printed.add(line.toString());
        }

        @Override
        public void printLine(String line) {
            printed.add(line);
        }
    });

    private CompletableFuture<Void> done(String operation) {
        operations.add(operation);
        return CompletableFuture.completedFuture(null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "login {\"username\":\"ada\"} | login {\"username\":\"ada\"} | login",
                "token abc | authenticate abc | login",
                "whoami | call helio.whoami | ` data=[\"sum\",\"time\"]`",
                "pub  news  {\"n\": 1.50} | publish news {\"n\": 1.50} | published channel=\"news\"",
                "call time | call time | ` data=[\"sum\",\"time\"]`",
                "call sum [1, 2] | call sum [1, 2] | ` data=[\"sum\",\"time\"]`",
                "presence chat | call helio.presence {\"channel\":\"chat\"} | ` data=[\"sum\",\"time\"]`",
                "watch chat | call helio.presence.watch {\"channel\":\"chat\"} | ` data=[\"sum\",\"time\"]`",
                "history a\"b | call helio.history {\"channel\":\"a\\\"b\",\"limit\":100} | ` data=[\"sum\",\"time\"]`",
                "history chat 1000 | call helio.history {\"channel\":\"chat\",\"limit\":1000} | ` data=[\"sum\",\"time\"]`",
                "procedures | call helio.procedures | ` data=[\"sum\",\"time\"]`",
                "unsub chat | unsubscribe chat | unsubscribe channel=\"chat\"",
            })
    void lineBecomesOperation(String line, String operation, String event) throws Exception {
        assertThat(session.run(line)).isCompleted();
        assertThat(operations).containsExactly(operation);
        assertThat(printed).containsExactly(event);
    }

    @Test
    void severalChannelsAreSubscribed() throws Exception {
        assertThat(session.run("sub chat  ticks")).isCompleted();
        assertThat(session.run("transmit log {\"a\":1}")).isCompleted();
        assertThat(operations).containsExactly("subscribe chat", "subscribe ticks", "transmit log {\"a\":1}");
        assertThat(printed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nosuch a | 'nosuch' (expected: login, token, whoami, sub, unsub, pub, call, transmit, presence, watch, history, procedures, help, quit)",
                "sub | '' (expected: sub CHANNEL…)",
                "presence a b | 'a b' (expected: presence CHANNEL)",
                "pub news | '' (expected: pub CHANNEL JSON)",
                "history chat 0 | '0' (expected: history CHANNEL [N], N from 1 to 1000)",
                "history chat 1001 | '1001' (expected: history CHANNEL [N], N from 1 to 1000)",
                "history chat x | 'x' (expected: history CHANNEL [N], N from 1 to 1000)",
                "login | '' (expected: login JSON)",
            })
    void invalidLineNamesTheForm(String line, String message) {
        assertThatThrownBy(() -> session.run(line))
                .isInstanceOf(InvalidInput.class)
                .hasMessage(message);
        assertThat(operations).isEmpty();
    }

    @Test
    void malformedJsonIsNotSent() {
        assertThatThrownBy(() -> session.run("pub news {a"))
                .hasMessageStartingWith("malformed JSON: ")
                .hasMessageEndingWith("(expected: pub CHANNEL JSON)");
        assertThat(operations).isEmpty();
    }

    @Test
    void helpListsTheCommands() throws Exception {
        assertThat(session.run("help")).isCompleted();
        assertThat(printed).hasSameSizeAs(session.candidates(List.of()));
        assertThat(printed).anyMatch(line -> line.startsWith("history CHANNEL [N]"));
    }

    @Test
    void namesAreCompleted() throws Exception {
        session.loadProcedures();
        session.sawChannel("ticks");
        assertThat(session.run("sub chat")).isCompleted();
        assertThat(session.candidates(List.of())).contains("sub", "history").doesNotContain("chat");
        assertThat(session.candidates(List.of("sub"))).containsExactly("chat", "ticks");
        assertThat(session.candidates(List.of("sub", "chat"))).containsExactly("chat", "ticks");
        assertThat(session.candidates(List.of("call"))).containsExactly("sum", "time");
        assertThat(session.candidates(List.of("pub", "chat"))).isEmpty();
        assertThat(session.candidates(List.of("login"))).isEmpty();
    }

    @Test
    void serverWithoutListOfProceduresIsNoFailure() {
        answer = Json.payload("{}");
        session.loadProcedures();
        assertThat(session.candidates(List.of("call"))).isEmpty();
    }
}
