//go:build tools

// Names the program that main.sh runs, so that go.mod keeps its version.
package tools

import _ "github.com/restic/restic/cmd/restic"
