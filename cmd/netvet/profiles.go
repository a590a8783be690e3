package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/spf13/cobra"
)

func (p *program) profilesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "List and show the points of view from which products are judged",
		Long: `A profile is one point of view: the packs of rules that count, the role of the
buyer, and what is assumed where nothing is stated. Choose one with
'netvet scan --profile ID'.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.profilesList(), p.profilesShow())
	return cmd
}

func (p *program) profilesList() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the profiles",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			library, err := know.library()
			if err != nil {
				return err
			}
			rows := [][]string{{"ID", "ROLE", "PACKS", "TITLE"}}
			for _, listed := range library.Profiles {
				profile, err := library.Profile(listed.ID)
				if err != nil {
					return fault(err)
				}
				rows = append(rows, []string{profile.ID, string(profile.Role), strings.Join(profile.Packs, " "), profile.Title.EN})
			}
			return p.columns(rows, fmt.Sprintf("%d profiles; netvet profiles show ID shows one", len(rows)-1))
		},
	}
	know.addRules(cmd.Flags())
	return cmd
}

func (p *program) profilesShow() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show one profile, with what it takes from the one it extends",
		Example: "  netvet profiles show cn-ciio",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := know.library()
			if err != nil {
				return err
			}
			profile, err := library.Profile(args[0])
			if err != nil {
				return usage("%w", err)
			}
			return p.showProfile(library, profile)
		},
	}
	know.addRules(cmd.Flags())
	return cmd
}

func (p *program) showProfile(library *rules.Library, profile *rules.Profile) error {
	out := bufio.NewWriter(p.stdout)
	f := fields{out}
	fmt.Fprintln(out, profile.ID)
	f.text("title", profile.Title)
	f.line("extends", profile.Extends)
	for _, id := range profile.Packs {
		if pack, ok := library.Pack(id); ok {
			f.line("pack", strings.Join(strings.Fields(id+" "+span(pack.Instrument.InForce)), " "))
		}
	}
	f.line("role", string(profile.Role))
	if profile.UsersOver > 0 {
		f.line("users", fmt.Sprintf("more than %d", profile.UsersOver))
	}
	f.line("home", profile.Home)
	f.line("concern", plainOr(strings.Join(profile.Concern, ", "), "none: no country is bad by itself"))
	f.line("factors", strings.Join(plain(append(netvet.MainFactors(), profile.Factors...)), ", "))
	for _, factor := range netvet.Factors() {
		if v, ok := profile.Impact[factor]; ok {
			f.line("impact", fmt.Sprintf("%v on %s, where the context states none", v, factor))
		}
	}
	if profile.Prior != nil {
		f.line("prior", fmt.Sprint(*profile.Prior))
	}
	f.line("embedded", string(profile.Embedded))
	f.line("source", profile.Source)
	return fault(out.Flush())
}
