// Command netvet vets network products: it reads bills of materials and
// inventories and writes a risk register. Each subcommand has its own file.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // a second interrupt ends the program at once
	signal.Ignore(syscall.SIGPIPE) // a reader that went away is an error of writing: see quietPipe
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) (code int) {
	p := newProgram(&interruptible{ctx: ctx, r: stdin}, stdout, stderr, env)
	defer func() {
		if fault := recover(); fault != nil {
			code = p.crashed(fault)
		}
	}()
	root := p.root()
	root.SetArgs(args)
	return p.exitCode(root.ExecuteContext(ctx))
}
