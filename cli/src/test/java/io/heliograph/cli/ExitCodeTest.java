package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exit code and report of every command in each failure. */
class ExitCodeTest {

    @TempDir
    private Path folder;

    private ServerSocket busy;
    private String free;

    @BeforeEach
    void openPorts() throws IOException {
        busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = "127.0.0.1:" + closed.getLocalPort();
        }
        Files.writeString(folder.resolve("file"), "no key and no certificate");
    }

    @AfterEach
    void closePorts() throws IOException {
        busy.close();
    }

    private Program run(String command) {
        return Program.run(
                "",
                command.replace("BUSY", Integer.toString(busy.getLocalPort()))
                        .replace("SILENT", "127.0.0.1:" + busy.getLocalPort())
                        .replace("FREEPORT", free.replace(":", " "))
                        .replace("FREE", free)
                        .replace("DIR", folder.toString())
                        .split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // servers
                "serve --port BUSY | EADDRINUSE | --port 0",
                "rpc serve --port BUSY | EADDRINUSE | --port 0",
                "socket listen BUSY | EADDRINUSE | port 0",
                "serve --port 0 --host no.such.host.invalid | no.such.host.invalid | --host",
                "rpc serve --port 0 --host no.such.host.invalid | no.such.host.invalid | --host",
                "socket listen 0 --host no.such.host.invalid | no.such.host.invalid | --host",
                "rpc serve --port 0 --listen unix:DIR/none/s | DIR/none | ",
                "serve --port 0 --cert DIR/none.p12 | DIR/none.p12 | --cert",
                "rpc serve --port 0 --cert DIR/file --key DIR/file | DIR/file | --cert",
                "socket listen 0 --cert DIR/file | DIR/file | --cert",
                "ipc listen DIR/none/s | ENOENT | Create the directory first",
                "ipc listen DIR/file | DIR/file | ",
                // clients that cannot connect
                "sub ws://FREE news | ws://FREE/socketcluster/: connection refused | ",
                "pub ws://FREE news 1 | ws://FREE/socketcluster/: connection refused | ",
                "pub ws://FREE news | ws://FREE/socketcluster/: connection refused | ",
                "invoke ws://FREE sum [1,2] | ws://FREE/socketcluster/: connection refused | ",
                "transmit ws://FREE log 1 | ws://FREE/socketcluster/: connection refused | ",
                "rpc call ws://FREE sum | FREE | connection refused",
                "rpc call tcp://FREE sum | FREE | connection refused",
                "rpc call unix:DIR/none sum | DIR/none | no such socket file",
                "rpc notify ws://FREE log | FREE | connection refused",
                "rpc methods ws://FREE | FREE | connection refused",
                "rpc subscribe ws://FREE tick | FREE | connection refused",
                "ipc send DIR/none a 1 | DIR/none | --retry",
                "ipc connect DIR/none --give-up-after 50ms | DIR/none | --give-up-after",
                "socket connect FREEPORT --attempts 0 | FREE | --attempts",
                "invoke ws://FREE sum --ca DIR/none | --ca with ws:// | 2",
                "invoke wss://FREE sum --ca DIR/none | DIR/none | --ca",
                "rpc call wss://FREE sum --cert DIR/none --key DIR/none | DIR/none | --cert",
                // servers that do not answer
                "sub ws://SILENT news --timeout 100ms | SILENT | ",
                "pub ws://SILENT news 1 --timeout 100ms | SILENT | ",
                "pub ws://SILENT news --timeout 100ms | SILENT | ",
                "invoke ws://SILENT sum --timeout 100ms | SILENT | ",
                "transmit ws://SILENT log --timeout 100ms | SILENT | ",
                "rpc call ws://SILENT sum --timeout 100ms | SILENT | --timeout",
                "rpc notify ws://SILENT sum --timeout 100ms | SILENT | --timeout",
                "rpc methods ws://SILENT --timeout 100ms | SILENT | --timeout",
                "rpc subscribe ws://SILENT tick --timeout 100ms | SILENT | --timeout",
                "ipc send DIR/none a 1 --retry --timeout 100ms | DIR/none | --timeout",
                // a member
                "channel name --directory DIR/file | DIR/file | ",
            })
    void failureIsOneLineAndExitsWith1(String command, String cause, String remedy) {
        Program program = run(command);

        boolean usage = "2".equals(remedy);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(usage ? 2 : 1);
        assertThat(program.err())
                .startsWith("helio: ")
                .hasLineCount(usage ? 2 : 1)
                .contains(cause.replace("FREE", free)
                        .replace("SILENT", "127.0.0.1:" + busy.getLocalPort())
                        .replace("DIR", folder.toString()))
                .contains(usage || remedy == null ? "" : remedy)
                .doesNotContain("Exception", "io.netty", "javax.", "null");
        assertThat(program.lines()).noneMatch(line -> line.contains("\"connect\"") || line.contains("\"listening\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "serve --port x | --port",
                "serve extra | extra",
                "serve --path nopath | nopath",
                "serve --codec xml | xml",
                "serve --allow-host a/b | a/b",
                "serve --grace 5 | 5",
                "rpc serve --listen nowhere | nowhere",
                "rpc serve --codec xml | xml",
                "rpc call | URL",
                "rpc call ws://localhost | METHOD",
                "rpc call ws://localhost sum --login {a | --login",
                "rpc call ws://localhost sum --login-file DIR/none | DIR/none: no such file",
                "rpc subscribe ws://localhost | EVENT",
                "sub ws://localhost | CHANNEL",
                "sub ws://localhost news --data {a | JSON",
                "sub ws://localhost news --token-file DIR/none | DIR/none: no such file",
                "pub ws://localhost news 1 --protocol 3 | 3",
                "invoke ws://localhost sum --timeout 0 | 0",
                "invoke ws://local/host:x?y sum --max-output 0 | 0",
                "socket listen | PORT",
                "socket listen 70000 | 70000",
                "socket connect localhost | PORT",
                "socket connect localhost 1 --receive octet | octet",
                "socket listen 0 --max-images 0 | 0",
                "ipc send DIR/s | TOPIC",
                "ipc connect DIR/s extra | extra",
                "channel a/b | a/b",
                "channel | NAME",
                "completion extra | extra",
                "version extra | extra",
            })
    void invalidUsageNamesTheHelpAndExitsWith2(String command, String named) {
        Program program = run(command);

        assertThat(program.exitCode()).as(program.err()).isEqualTo(2);
        assertThat(program.err())
                .startsWith("helio: ")
                .contains(named.replace("DIR", folder.toString()), "\nSee 'helio ")
                .hasLineCount(2)
                .doesNotContain("Exception");
        assertThat(program.lines()).isEmpty();
    }
}
