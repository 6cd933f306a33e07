"""The pages, as the blueprints that an application is joined from."""

from flask import Blueprint

from certtrack.web.about import about
from certtrack.web.account import account
from certtrack.web.admin import admin
from certtrack.web.admin_accounts import admin_accounts
from certtrack.web.admin_affiliations import admin_affiliations
from certtrack.web.admin_merges import admin_merges
from certtrack.web.admin_organizations import admin_organizations
from certtrack.web.admin_people import admin_people
from certtrack.web.admin_rules import admin_rules
from certtrack.web.answers import answers
from certtrack.web.application_decisions import application_decisions
from certtrack.web.applications import applications
from certtrack.web.attendance import attendance
from certtrack.web.background_checks import background_checks
from certtrack.web.by_mail import by_mail
from certtrack.web.calendar_feed import calendar_feed
from certtrack.web.checking import checking
from certtrack.web.coverage import coverage
from certtrack.web.credit_drafts import drafts
from certtrack.web.credit_files import credit_files
from certtrack.web.credit_preview import credit_preview
from certtrack.web.credits import credits_
from certtrack.web.credits_together import credits_together
from certtrack.web.downloads import downloads
from certtrack.web.evidence import evidence
from certtrack.web.exam_results import exam_results
from certtrack.web.exams import exams
from certtrack.web.findings import findings
from certtrack.web.first_cycles import first_cycles
from certtrack.web.forecast import forecast
from certtrack.web.group_acts import group_acts
from certtrack.web.health import health
from certtrack.web.held import held
from certtrack.web.home import home
from certtrack.web.imports import imports
from certtrack.web.jobs import jobs
from certtrack.web.late_forms import late_forms
from certtrack.web.leaving import leaving
from certtrack.web.letters import letters
from certtrack.web.mail_preferences import mail_preferences
from certtrack.web.offerings import offerings
from certtrack.web.offerings_found import offerings_found
from certtrack.web.passwords import passwords
from certtrack.web.people import people
from certtrack.web.people_list import people_list
from certtrack.web.person_parts import person_parts
from certtrack.web.policy_preview import policy_preview
from certtrack.web.qualifications import qualifications
from certtrack.web.recertify import recertify
from certtrack.web.record import record
from certtrack.web.reminders import reminders
from certtrack.web.resources import resources
from certtrack.web.second_step import second_step
from certtrack.web.self_check import self_check
from certtrack.web.service_hours import service_hours
from certtrack.web.sessions import sessions
from certtrack.web.sign_in import sign_in
from certtrack.web.sign_in_code import sign_in_code
from certtrack.web.signing import signing
from certtrack.web.stand_ins import stand_ins
from certtrack.web.supervision import supervision
from certtrack.web.supervision_due import supervision_due
from certtrack.web.taking_back import taking_back
from certtrack.web.team import team
from certtrack.web.tellings import tellings
from certtrack.web.training_people import training_people
from certtrack.web.trainings import trainings
from certtrack.web.trainings_elsewhere import trainings_elsewhere
from certtrack.web.undeliverable import undeliverable
from certtrack.web.views import views
from certtrack.web.waivers import waivers
from certtrack.web.ways_in import ways_in
from certtrack.web.what_if import what_if
from certtrack.web.wordings import wordings

BLUEPRINTS: tuple[Blueprint, ...] = (
    about,
    *(admin, admin_accounts, admin_people, admin_merges, admin_organizations, admin_affiliations, admin_rules),
    *(sign_in, sign_in_code, passwords, account, second_step, sessions, late_forms, by_mail),
    *(home, people, person_parts, people_list),
    *(credits_, drafts, evidence, checking, taking_back, answers, findings, held, first_cycles),
    *(health, jobs, forecast, leaving, applications, application_decisions, waivers, group_acts, exams, exam_results),
    *(credit_files, credit_preview, credits_together, trainings, training_people, attendance, trainings_elsewhere),
    *(supervision, signing, service_hours, supervision_due, qualifications, what_if, reminders, tellings, letters),
    *(background_checks, stand_ins, undeliverable, mail_preferences, policy_preview),
    *(record, calendar_feed, downloads, imports),
    *(recertify, wordings),
    *(offerings, offerings_found, ways_in, self_check, resources),
    *(team, views, coverage),
)
