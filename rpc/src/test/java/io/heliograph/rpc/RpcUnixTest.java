package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.testkit.AnotherUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients over a Unix domain socket check the server as the server checks its clients. */
class RpcUnixTest extends ServerFixture {

    @TempDir
    Path directory;

    private Path file;
    private Address address;

    @BeforeEach
    void serveFile() throws Exception {
        file = directory.resolve("rpc.sock");
        address = new Address.Unix(file);
        restart(builder -> builder.listenOn(address));
        listen();
    }

    private RpcClient client(Consumer<RpcClient.Builder> options) {
        RpcClient.Builder builder = RpcClient.builder(address, "/").reconnect(false);
        options.accept(builder);
        RpcClient client = opened(builder.build());
        client.onError(error -> {});
        return client;
    }

    private void assertRefused(RpcClient client, String code, String message) {
        assertThat(failure(client.connect()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message)
                .cause()
                .isInstanceOfSatisfying(
                        TransportException.class,
                        cause -> assertThat(cause.code()).isEqualTo(code));
        assertThat(server.stats().messagesReceived()).isZero();
    }

    private static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to give files away");
    }

    private UserPrincipal nobody() throws Exception {
        return directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    }

    @Test
    void serverOfThisUserIsAccepted() {
        RpcClient client = client(builder -> {});
        value(client.connect());
        assertThat(value(client.call("sum", new int[] {1, 2}, Integer.class))).isEqualTo(3);
    }

    @Test
    void fileOfAnotherUserIsRefused() throws Exception {
        assumeRoot();
        Files.setOwner(file, nobody());
        assertRefused(client(builder -> {}), "EPERM", "belongs to user nobody");
        value(client(builder -> builder.checkDirectory(false)).connect());
    }

    @Test
    void directoryThatOthersCanWriteIsRefused() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(client(builder -> {}), "EPERM", directory.toString());
        value(client(builder -> builder.checkDirectory(false)).connect());
    }

    @Test
    void serverOfUserThatIsNotAllowedIsRefused() {
        assumeRoot();
        assertRefused(client(builder -> builder.allowedServerUsers("nobody")), "EACCES", "the server runs as user ");
        value(client(builder -> builder.allowedServerUsers("nobody", "root")).connect());
    }

    @Test
    void clientOfAnotherUserIsRefusedByServer(@TempDir Path classes) throws Exception {
        assumeTrue(AnotherUser.isAvailable(), "needs root to start a process of another user");
        // The mode alone would refuse the client; the server must do so without it.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (AnotherUser visitor = AnotherUser.start(classes, UnixVisitor.class, file.toString())) {
            assertThat(visitor.readLine()).startsWith("closed");
        }
        Awaitility.await().until(() -> server.stats().drops().getOrDefault(DropReason.USER_REFUSED, 0L) == 1);
        assertThat(server.stats().connectionsOpened()).isZero();
    }

    @Test
    void disconnectCancelsCheck() {
        RpcClient client = client(builder -> {});
        var connecting = client.connect();
        value(client.disconnect());
        value(connecting.handle((done, failure) -> "completed, before or after the disconnect"));
        assertThat(client.isConnected()).isFalse();
        value(client.connect());
    }

    @Test
    void allowedUsersMustNotBeEmpty() {
        assertThatThrownBy(() -> RpcClient.builder(address, "/").allowedServerUsers())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("allowedServerUsers: none (expected: at least one)");
    }
}
