package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.testkit.Checklist;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Paths, ids, and the membership of sockets. */
class RpcNamespaceTest extends ServerFixture {

    private static String list(RawSocket socket) throws Exception {
        return socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"__listMethods\",\"id\":1}");
    }

    @Test
    @Checklist({"RPC 5", "RPC 6"})
    void unregisteredPathHasOnlyListMethods() throws Exception {
        RawSocket socket = open("/nowhere");
        assertThat(list(socket)).isEqualTo(result(1, "[\"__listMethods\"]"));
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(error(-32601, "Method not found", "2"));
    }

    @Test
    void implicitNamespaceIsRemovedWithLastSocket() throws Exception {
        RawSocket first = open("/nowhere");
        RawSocket second = open("/nowhere");
        list(first);
        list(second);
        assertThat(server.namespaces()).containsOnlyKeys("/", "/nowhere");
        first.end(1000);
        second.end(1000);
        Awaitility.await().until(() -> !server.namespaces().containsKey("/nowhere"));
    }

    @Test
    void implicitNamespacesAreLimited() throws Exception {
        restart(builder -> builder.maxImplicitNamespaces(2));
        list(open("/a"));
        list(open("/b"));
        list(open("/a"));
        assertThatThrownBy(() -> open("/c"))
                .isInstanceOf(UpgradeRefusedException.class)
                .hasMessageContaining("404");
        server.namespace("/c");
        list(open("/c"));
        assertThat(server.stats().drops()).containsEntry(DropReason.CONNECTION_REFUSED, 1L);
    }

    @Test
    void unknownPathsAreRejectedIfConfigured() throws Exception {
        restart(builder -> builder.implicitNamespaces(false));
        server.namespace("/known");
        list(open("/known"));
        list(open("/"));
        assertThatThrownBy(() -> open("/unknown")).hasMessageContaining("404");
    }

    @Test
    @Checklist({"RPC 7", "RPC 11"})
    void pathIsNotNormalized() throws Exception {
        server.namespace("/chat").method("here").handle(params -> "chat");
        server.namespace("/chat/").method("here").handle(params -> "chat/");
        server.namespace("/a%20b/c").method("here").handle(params -> "escaped");
        assertThat(open("/chat").ask(call(1, "here", "[]"))).isEqualTo(result(1, "\"chat\""));
        assertThat(open("/chat/").ask(call(1, "here", "[]"))).isEqualTo(result(1, "\"chat/\""));
        assertThat(open("/Chat").ask(call(1, "here", "[]"))).contains("-32601");
        assertThat(open("/a%20b/c?socket_id=a%20b%2Fc").ask(call(1, "here", "[]")))
                .isEqualTo(result(1, "\"escaped\""));
        assertThat(server.namespace("/a%20b/c").clients()).containsExactly("a b/c");
    }

    @Test
    @Checklist("RPC 8")
    void aUrlWithoutPathIsTheDefaultNamespace() throws Exception {
        assertThat(open("").ask(call(1, "sum", "[1,2]"))).isEqualTo(result(1, "3"));
    }

    @Test
    @Checklist("RPC 9")
    void socketIdComesFromUrl() throws Exception {
        list(open("/custom?socket_id=foo"));
        assertThat(server.namespace("/custom").connected()).containsOnlyKeys("foo");
    }

    @Test
    @Checklist("RPC 10")
    void missingIdIsRandom() throws Exception {
        for (String target : new String[] {"/ids", "/ids?socket_id=", "/ids?socket_id=&x=1"}) {
            list(open(target));
        }
        assertThat(server.namespace("/ids").clients())
                .hasSize(3)
                .doesNotHaveDuplicates()
                .allSatisfy(id -> assertThat(UUID.fromString(id).version()).isEqualTo(4));
    }

    @Test
    @Checklist("RPC 10")
    void firstOfSeveralIdsIsUsed() throws Exception {
        list(open("/ids?socket_id=a&socket_id=b"));
        assertThat(server.namespace("/ids").clients()).containsExactly("a");
    }

    @Test
    @Checklist({"RPC 12", "RPC 13"})
    void methodBelongsToItsNamespace() throws Exception {
        server.namespace("/chatroom").method("talk").handle(params -> "hi");
        assertThat(open("/chatroom").ask(call(1, "talk", "[]"))).isEqualTo(result(1, "\"hi\""));
        assertThat(open("/chatroom").ask(call(2, "sum", "[1,2]"))).contains("-32601");
        assertThat(open("/").ask(call(3, "talk", "[]"))).contains("-32601");
    }

    @Test
    @Checklist({"RPC 14", "RPC 17", "RPC 66", "RPC 67"})
    void eventsBelongToTheirNamespace() {
        server.namespace("/a").event("one");
        server.namespace("/b").event("one");
        server.namespace("/b").event("two");
        assertThat(server.eventList()).containsExactly("newMail", "updatedNews", "hidden");
        assertThat(server.namespace("/a").eventList()).containsExactly("one");
        assertThat(server.namespace("/b").eventList()).containsExactly("one", "two");
        assertThat(server.namespace("/unknown").eventList()).isEmpty();
        server.namespace("/chat").event("x");
        assertThatThrownBy(() -> server.namespace("/chat").event("x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Already registered event /chatx");
    }

    @Test
    @Checklist("RPC 15")
    void namespaceReturnsNameAndSockets() throws Exception {
        list(open("/room?socket_id=a"));
        RpcNamespace room = server.namespace("/room");
        assertThat(room.name()).isEqualTo("/room");
        assertThat(room.clients()).containsExactly("a");
        assertThat(Objects.requireNonNull(room.connected().get("a")).namespace())
                .isEqualTo("/room");
        assertThat(room.emit("nobody", 1)).isZero();
    }

    @Test
    @Checklist("RPC 16")
    void registrationRequiresNames() {
        RpcNamespace room = server.namespace("/room");
        assertThatThrownBy(() -> room.event(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> room.method(nothing()).handle(params -> 1)).isInstanceOf(NullPointerException.class);
    }

    @SuppressWarnings("NullAway") // what a careless caller passes
    private static String nothing() {
        return null;
    }

    @Test
    @Checklist({"RPC 18", "RPC 19"})
    void connectionEventsFollowNamespaceMembership() throws Exception {
        CompletableFuture<String> connected = new CompletableFuture<>();
        CompletableFuture<String> disconnected = new CompletableFuture<>();
        server.onConnection(socket -> connected.complete(
                socket.request().orElseThrow().target() + server.namespace("/").clients() + socket.isOpen()));
        server.onDisconnection((socket, reason) -> disconnected.complete(socket.id()
                + server.namespace("/").clients()
                + server.emit("newMail", 1)
                + ((CloseReason.Remote) reason).code()));
        RawSocket socket = open("/?socket_id=a&x=y");
        socket.ask(call(1, "rpc.on", "[\"newMail\"]"));
        assertThat(value(connected)).isEqualTo("/?socket_id=a&x=y[a]true");
        socket.end(1001);
        assertThat(value(disconnected)).isEqualTo("a[]01001");
    }

    @Test
    void requestsWaitForConnectionListeners() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        server.onConnection(socket -> {
            socket.attach("known");
            gate.join();
        });
        server.method("attached", Payload.class).handle((params, caller) -> caller.attachment());
        RawSocket socket = open("/");
        socket.send(call(1, "attached", "[]"));
        gate.complete(null);
        assertThat(socket.nextText()).isEqualTo(result(1, "\"known\""));
    }

    @Test
    @Checklist("RPC 132")
    void closedNamespaceClosesSocketsWithoutCode() throws Exception {
        server.namespace("/gone").event("e");
        RawSocket inside = open("/gone");
        RawSocket outside = open("/");
        list(inside);
        CompletableFuture<String> disconnected = new CompletableFuture<>();
        server.onDisconnection((socket, reason) -> disconnected.complete(socket.namespace()));
        RpcNamespace kept = server.namespace("/gone");
        server.closeNamespace("/gone");
        server.closeNamespace("/unknown");
        assertThat(inside.awaitClosed()).isEqualTo(new CloseReason.Remote(1005, ""));
        assertThat(value(disconnected)).isEqualTo("/gone");
        assertThat(server.namespaces()).containsOnlyKeys("/");
        assertThat(outside.ask(call(1, "sum", "[1,2]"))).isEqualTo(result(1, "3"));
        assertThatThrownBy(() -> kept.event("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("namespace '/gone' is closed");
    }

    @Test
    @Checklist("RPC 133")
    void recreatedNamespaceDeliversEventOnce() throws Exception {
        server.namespace("/again").event("e");
        server.namespace("/again").method("old").handle(params -> 1);
        server.closeNamespace("/again");
        assertThat(server.emit("e", 1)).isZero();
        server.namespace("/again").event("e");
        RawSocket socket = open("/again");
        assertThat(list(socket)).isEqualTo(result(1, "[\"__listMethods\"]"));
        socket.ask(call(2, "rpc.on", "[\"e\"]"));
        assertThat(server.emit("e", 1)).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo("{\"notification\":\"e\",\"params\":[1]}");
        socket.assertNoOtherMessage();
    }

    @Test
    void namespaceCloseCodeIsConfigurable() throws Exception {
        restart(builder -> builder.namespaceCloseCode(1000));
        RawSocket socket = open("/gone");
        list(socket);
        server.closeNamespace("/gone");
        assertThat(socket.awaitClosed()).isEqualTo(new CloseReason.Remote(1000, ""));
    }
}
