package io.heliograph.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, from the manifest of the jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "helio "
                    + (version == null ? "development" : version)
                    + " (Java "
                    + System.getProperty("java.version")
                    + ")"
        };
    }
}
